package io.iworx.server;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "retry",
    header = "Repeats what a saga is stuck at, with the same idempotency key.",
    footer = {"", "Examples:", "  ./iworx sagas retry 019ab3…"})
final class SagasRetryCommand implements Callable<Integer> {
  @Mixin SagaChange change = new SagaChange();

  @Override
  public Integer call() {
    change.apply("retry", Map.of());
    change.say("The saga goes on with what it was stuck at.");
    return 0;
  }
}
