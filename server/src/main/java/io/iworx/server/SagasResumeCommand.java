package io.iworx.server;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "resume",
    header = "Goes on from a stuck saga's records, once what kept it is corrected.",
    footer = {"", "Examples:", "  ./iworx sagas resume 019ab3…"})
final class SagasResumeCommand implements Callable<Integer> {
  @Mixin SagaChange change = new SagaChange();

  @Override
  public Integer call() {
    change.apply("resume", Map.of());
    change.say("The saga goes on from its records.");
    return 0;
  }
}
