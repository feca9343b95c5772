package io.iworx.server;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "remove",
    header = "Deletes a subscription that nobody serves, with its dead letters.",
    footer = {"", "Examples:", "  ./iworx subscriptions remove old-reports"})
final class SubscriptionRemoveCommand implements Callable<Integer> {
  @Mixin SubscriptionChange change = new SubscriptionChange();

  @Override
  public Integer call() {
    change.apply("remove", Map.of());
    change.say("%s is removed.".formatted(change.name));
    return 0;
  }
}
