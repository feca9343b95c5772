package io.iworx.server;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "cancel",
    header = "Has a running saga compensate at the next boundary of a step.",
    footer = {"", "Examples:", "  ./iworx sagas cancel 019ab3… --reason 'ordered twice'"})
final class SagasCancelCommand implements Callable<Integer> {
  @Mixin SagaChange change = new SagaChange();

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Why; it is kept.")
  String reason = "";

  @Override
  public Integer call() {
    change.apply("cancel", Map.of("reason", reason));
    change.say("The saga is cancelled at the next boundary of a step.");
    return 0;
  }
}
