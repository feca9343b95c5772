package io.iworx.server;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "pause",
    header = "Stops delivery for a subscription; its events wait.",
    footer = {"", "Examples:", "  ./iworx subscriptions pause stock"})
final class SubscriptionPauseCommand implements Callable<Integer> {
  @Mixin SubscriptionChange change = new SubscriptionChange();

  @Override
  public Integer call() {
    change.apply("pause", Map.of());
    change.say(
        "%s is paused: its instances stop within a third of their lease.".formatted(change.name));
    return 0;
  }
}
