package io.iworx.server;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "replay",
    header = "Has one subscription get events again, from a position or a time on.",
    footer = {
      "",
      "Examples:",
      "  How many:   ./iworx subscriptions replay stock --after 1200 --count",
      "  Do it:      ./iworx subscriptions replay stock --after 1200",
      "  By time:    ./iworx subscriptions replay stock --since 2026-11-23T10:00:00Z"
    })
final class SubscriptionReplayCommand implements Callable<Integer> {
  @Mixin SubscriptionChange change = new SubscriptionChange();

  @Option(
      names = "--after",
      paramLabel = "POSITION",
      description = "Begins after this position; 0 for the first event there is.")
  @Nullable Long after;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Begins with the first event published at this time: 2026-11-23T10:00:00Z")
  @Nullable Instant since;

  @Option(names = "--count", description = "Only says how many events that would be.")
  boolean count;

  private Map<String, Object> from() {
    if (after != null && since == null) {
      return Map.of("after", after);
    }
    if (since != null && after == null) {
      return Map.of("since", since.toString());
    }
    throw CommandException.unusable("Say where to begin: --after POSITION or --since TIME.");
  }

  @Override
  public Integer call() {
    var events = change.apply("count", from()).path("events").asLong();
    if (count) {
      change.say("%s would get %,d events.".formatted(change.name, events));
    } else {
      change.apply("replay", from());
      change.say("%s begins anew and gets %,d events.".formatted(change.name, events));
    }
    return 0;
  }
}
