package io.iworx.server;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "redrive",
    header = "Has dead letters delivered again, in their order; what fails stays a dead letter.",
    footer = {
      "",
      "Examples:",
      "  All of them:      ./iworx dead-letters redrive stock --all",
      "  One, corrected:   ./iworx dead-letters redrive stock 019ab3… --payload '{\"itemId\":\"i-1\"}'"
    })
final class DeadLettersRedriveCommand implements Callable<Integer> {
  @Mixin DeadLetterChange change = new DeadLetterChange();

  @Option(
      names = "--payload",
      paramLabel = "JSON",
      description = "Delivers this in place of the event's own payload.")
  @Nullable String payload;

  @Override
  public Integer call() {
    var count =
        change.apply("redrive", payload == null ? null : JsonText.object("payload", payload));
    change.say(
        "%,d dead letters of %s are delivered again; './iworx dead-letters list %s' shows what is left."
            .formatted(count, change.subscription, change.subscription));
    return 0;
  }
}
