package io.iworx.server;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

@Command(
    name = "tail",
    header = "Prints events as they are published, until Ctrl-C.",
    footer = {
      "",
      "Examples:",
      "  All new events:           ./iworx events tail",
      "  Of one aggregate:         ./iworx events tail --type 'work_order.*'",
      "  All there are, and stop:  ./iworx events tail --from earliest --no-follow",
      "  The next one, for a program:  ./iworx events tail --limit 1 --json"
    })
final class EventsTailCommand implements Callable<Integer> {
  private static final int WAIT_SECONDS = 20;
  private static final int SHOWN_PAYLOAD = 160;
  private static final String LATEST = "latest";

  @Mixin InstanceFolder data = new InstanceFolder();

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "Only events of this type or pattern: asset.created, asset.*")
  @Nullable String type;

  @Option(
      names = "--from",
      paramLabel = "POSITION",
      defaultValue = LATEST,
      description = "Where to begin: latest, earliest, or after a position (default: latest).")
  String from = LATEST;

  @Option(names = "--limit", paramLabel = "N", description = "Stop after so many events.")
  long limit = Long.MAX_VALUE;

  @Option(
      names = "--no-follow",
      description = "Stop at the last event instead of waiting for the next.")
  boolean stopAtEnd;

  @Option(names = "--json", description = "Each event as one line of JSON.")
  boolean json;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    try (var admin = AdminClient.of(data.path)) {
      var after = from.equals("earliest") ? "0" : from;
      var left = limit;
      while (left > 0) {
        var page = admin.json("/admin/events", query(after, left));
        for (var event : page.path("events")) {
          Terminal.print(spec, json ? event.toString() : line(event));
          left--;
        }
        var next = page.path("next").asString("");
        if (stopAtEnd && page.path("events").isEmpty() && next.equals(after)) {
          return 0;
        }
        after = next;
      }
      return 0;
    }
  }

  private Map<String, String> query(String after, long left) {
    var query = new LinkedHashMap<String, String>();
    query.put("after", after);
    query.put("limit", Long.toString(Math.min(left, 100)));
    if (type != null) {
      query.put("type", type);
    }
    if (!stopAtEnd) {
      query.put("wait", Integer.toString(WAIT_SECONDS));
    }
    return query;
  }

  private static String line(JsonNode event) {
    var payload = event.path("payload").toString();
    return "%s  %d  %s  %s  key=%s  correlation=%s  %s"
        .formatted(
            event.path("timestamp").asString(""),
            event.path("position").asLong(),
            event.path("eventType").asString(""),
            event.path("serviceName").asString(""),
            event.path("key").asString("-"),
            event.path("correlationId").asString("-"),
            payload.length() <= SHOWN_PAYLOAD
                ? payload
                : payload.substring(0, SHOWN_PAYLOAD) + "…");
  }
}
