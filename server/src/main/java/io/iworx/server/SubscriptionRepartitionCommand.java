package io.iworx.server;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

@Command(
    name = "repartition",
    header = "Gives a subscription another number of partitions.",
    description = {
      "",
      "All partitions come to one position and stop there, instances let them go, and new ones are made. Order per key,"
          + " what is blocked and dead letters are kept. If this command ends before, delivery stands still at that"
          + " position: repeat it, or end the change with --cancel."
    },
    footer = {
      "",
      "Examples:",
      "  More of them:   ./iworx subscriptions repartition stock --partitions 16",
      "  Leave it:       ./iworx subscriptions repartition stock --cancel"
    })
final class SubscriptionRepartitionCommand implements Callable<Integer> {
  private static final Duration BETWEEN_STEPS = Duration.ofMillis(200);
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(2);

  @Mixin SubscriptionChange change = new SubscriptionChange();

  @Option(names = "--partitions", paramLabel = "N", description = "How many it is to have.")
  @Nullable Integer partitions;

  @Option(
      names = "--within",
      paramLabel = "TIME",
      defaultValue = "10m",
      description = "Gives up after this time and lets delivery go on as before (default: 10m).")
  Duration within = Duration.ofMinutes(10);

  @Option(names = "--cancel", description = "Ends a change that was left unfinished.")
  boolean cancel;

  @Override
  public Integer call() throws InterruptedException {
    if (cancel == (partitions != null)) {
      throw CommandException.unusable("Say --partitions N, or --cancel.");
    }
    if (partitions == null) {
      var number = present();
      step(number);
      change.say("%s keeps its %d partitions and goes on.".formatted(change.name, number));
      return 0;
    }
    return repartition(partitions);
  }

  private int repartition(int wanted) throws InterruptedException {
    var began = System.nanoTime();
    var said = began - BETWEEN_LINES.toNanos();
    while (true) {
      var step = step(wanted);
      if (step.path("state").asString("").equals("DONE")) {
        change.say("%s has %d partitions.".formatted(change.name, wanted));
        return 0;
      }
      var now = System.nanoTime();
      if (now - began > within.toNanos()) {
        step(step.path("partitions").asInt());
        throw CommandException.failed(
            "%s did not come that far within %d s and goes on with its %d partitions. Last seen: %s"
                .formatted(
                    change.name,
                    within.toSeconds(),
                    step.path("partitions").asInt(),
                    sentence(step)));
      }
      if (now - said >= BETWEEN_LINES.toNanos()) {
        said = now;
        change.say(sentence(step));
      }
      Thread.sleep(BETWEEN_STEPS);
    }
  }

  private JsonNode step(int wanted) {
    return change.apply("repartition", Map.of("partitions", wanted));
  }

  private int present() {
    try (var admin = AdminClient.of(change.data.path)) {
      return admin
          .json("/admin/subscriptions", Map.of())
          .path("subscriptions")
          .valueStream()
          .filter(it -> it.path("name").asString("").equals(change.name))
          .findFirst()
          .orElseThrow(
              () -> CommandException.failed("There is no subscription " + change.name + "."))
          .path("partitions")
          .size();
    }
  }

  private static String sentence(JsonNode step) {
    var holders =
        String.join(", ", step.path("holders").valueStream().map(it -> it.asString("")).toList());
    var by = holders.isEmpty() ? "nobody" : holders;
    return step.path("state").asString("").equals("DRAINING")
        ? "Draining up to position %d: the last partition has %,d positions to go; delivered by %s."
            .formatted(step.path("stopAt").asLong(), step.path("left").asLong(), by)
        : "All partitions are at position %d; waiting for %s to let them go."
            .formatted(step.path("stopAt").asLong(), by);
  }
}
