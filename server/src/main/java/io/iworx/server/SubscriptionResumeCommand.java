package io.iworx.server;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "resume",
    header = "Lets a paused subscription go on where it was.",
    footer = {"", "Examples:", "  ./iworx subscriptions resume stock"})
final class SubscriptionResumeCommand implements Callable<Integer> {
  @Mixin SubscriptionChange change = new SubscriptionChange();

  @Override
  public Integer call() {
    change.apply("resume", Map.of());
    change.say("%s goes on.".formatted(change.name));
    return 0;
  }
}
