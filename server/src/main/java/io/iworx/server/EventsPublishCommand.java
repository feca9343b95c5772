package io.iworx.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "publish",
    header = "Publishes one event and prints its id once it is durable.",
    footer = {
      "",
      "Examples:",
      "  With a key:       ./iworx events publish asset.updated '{\"assetId\":\"a-1\"}' --key a-1",
      "  From a file:      ./iworx events publish asset.updated - < payload.json",
      "  At most once:     ./iworx events publish asset.updated '{\"assetId\":\"a-1\"}' --id import-2026-11-23-a-1"
    })
final class EventsPublishCommand implements Callable<Integer> {
  @Mixin InstanceFolder data = new InstanceFolder();

  @Parameters(index = "0", paramLabel = "TYPE", description = "The event type: asset.updated")
  String type = "";

  @Parameters(
      index = "1",
      paramLabel = "PAYLOAD",
      description = "The payload, a JSON object; - to read it from standard input.")
  String payload = "";

  @Option(names = "--key", paramLabel = "KEY", description = "What order is kept by.")
  @Nullable String key;

  @Option(
      names = "--metadata",
      paramLabel = "JSON",
      description = "A JSON object to add to the metadata.")
  @Nullable String metadata;

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "The event's id: publishing it again changes nothing (default: a fresh one).")
  @Nullable String id;

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description = "When it enters the log: 2030-01-01T08:00:00Z (default: now).")
  @Nullable Instant at;

  @Option(names = "--json", description = "Prints the event as JSON.")
  boolean json;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    var event = AdminClient.JSON.createObjectNode();
    event.put("eventType", type);
    event.set(
        "payload", JsonText.object("payload", payload.equals("-") ? standardInput() : payload));
    if (key != null) {
      event.put("key", key);
    }
    if (id != null) {
      event.put("eventId", id);
    }
    if (at != null) {
      event.put("at", at.toString());
    }
    if (metadata != null) {
      event.set("metadata", JsonText.object("metadata", metadata));
    }
    try (var admin = AdminClient.of(data.path)) {
      var published = admin.post("/admin/events", event);
      Terminal.print(
          spec,
          json
              ? published.toString()
              : "%s %s, correlation id %s"
                  .formatted(
                      at == null ? "published" : "scheduled",
                      published.path("eventId").asString(""),
                      published.path("correlationId").asString("")));
      return 0;
    }
  }

  private static String standardInput() {
    try {
      return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
