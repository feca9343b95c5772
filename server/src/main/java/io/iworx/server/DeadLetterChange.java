package io.iworx.server;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import tools.jackson.databind.node.ObjectNode;

/** Which dead letters of which instance are to be changed. */
final class DeadLetterChange {
  @Mixin InstanceFolder data = new InstanceFolder();

  @Parameters(index = "0", paramLabel = "SUBSCRIPTION", description = "The subscription's name.")
  String subscription = "";

  @Parameters(
      index = "1",
      paramLabel = "EVENT_ID",
      arity = "0..1",
      description = "The event; without it, --all.")
  @Nullable String eventId;

  @Option(names = "--all", description = "All dead letters of the subscription.")
  boolean all;

  @Spec(Target.MIXEE)
  @Nullable CommandSpec spec;

  /** Returns how many there were. */
  long apply(String action, @Nullable ObjectNode payload) {
    if ((eventId == null) != all) {
      throw CommandException.unusable("Give the id of one event, or --all.");
    }
    var body = AdminClient.JSON.createObjectNode();
    body.put("action", action);
    if (eventId != null) {
      body.put("eventId", eventId);
    }
    if (payload != null) {
      body.set("payload", payload);
    }
    try (var admin = AdminClient.of(data.path)) {
      return admin
          .post("/admin/dead-letters/" + AdminClient.encoded(subscription), body)
          .path("deadLetters")
          .asLong();
    }
  }

  void say(String sentence) {
    Terminal.print(spec, sentence);
  }
}
