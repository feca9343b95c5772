package io.iworx.server;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Sagas as they were executed, as a Mermaid flowchart: a box for each step and each compensation, a
 * double one for a step that is a saga of its own, an arrow for each way from one record to the
 * next, with how many sagas took it.
 */
final class SagaDiagram {
  private static final String BEGIN = "begin";

  private final Map<String, Box> boxes = new LinkedHashMap<>();
  private final Map<Arrow, Integer> arrows = new LinkedHashMap<>();
  private final String title;
  private int sagas;

  /** Without any saga yet. */
  SagaDiagram(String title) {
    this.title = title;
  }

  private record Arrow(String from, String to, boolean undoes) {}

  /** What is known of one step in all sagas. */
  private static final class Box {
    private int done;
    private int failed;
    private long mostAttempts;
    private String child = "";
    private Duration time = Duration.ZERO;

    private void add(JsonNode record) {
      if (record.path("kind").asString("").equals("FAILED")) {
        failed++;
      } else {
        done++;
      }
      mostAttempts = Math.max(mostAttempts, record.path("attempts").asLong());
      var began = Instant.parse(record.path("startedAt").asString());
      time = time.plus(Duration.between(began, Instant.parse(record.path("endedAt").asString())));
    }

    private String drawn(String name) {
      return child.isEmpty() ? "[\"" + label(name) + "\"]" : "[[\"" + label(name) + "\"]]";
    }

    private String label(String name) {
      var label = new StringBuilder(name);
      if (!child.isEmpty()) {
        label.append("<br/>saga ").append(child);
      }
      label.append("<br/>").append(done).append(" done");
      if (failed > 0) {
        label.append(", ").append(failed).append(" failed");
      }
      if (mostAttempts > 1) {
        label.append(", up to ").append(mostAttempts).append(" attempts");
      }
      return label
          .append(", ")
          .append(time.dividedBy(done + failed).toMillis())
          .append(" ms")
          .toString();
    }
  }

  /** Adds a saga of the admin API, with its steps. */
  void add(JsonNode saga) {
    sagas++;
    var children = new HashMap<String, String>();
    for (var child : saga.path("children")) {
      children.put(child.path("step").asString(""), child.path("definition").asString(""));
    }
    var before = BEGIN;
    for (var record : saga.path("steps")) {
      var step = record.path("step").asString("");
      if (step.startsWith("$now")) {
        continue;
      }
      var undoes = record.path("kind").asString("").equals("UNDONE");
      var name = (undoes ? "undo " : "") + named(step);
      var box = boxes.computeIfAbsent(name, _ -> new Box());
      box.add(record);
      box.child = children.getOrDefault(step, box.child);
      arrows.merge(new Arrow(before, name, undoes), 1, Integer::sum);
      before = name;
    }
    var state = saga.path("state").asString("");
    arrows.merge(new Arrow(before, state, before.startsWith("undo ")), 1, Integer::sum);
  }

  /** Occurrences in a loop are one box. */
  private static String named(String step) {
    return step.replaceAll("#\\d+$", "").replace("$sleep", "wait").replace("$await:", "wait for ");
  }

  List<String> lines() {
    var ids = new LinkedHashMap<String, String>();
    var lines = new ArrayList<String>();
    lines.add("flowchart TD");
    lines.add(
        "  %s([\"%s<br/>%d %s\"])"
            .formatted(id(ids, BEGIN), quoted(title), sagas, sagas == 1 ? "saga" : "sagas"));
    boxes.forEach((name, box) -> lines.add("  " + id(ids, name) + box.drawn(quoted(name))));
    arrows.keySet().stream()
        .map(Arrow::to)
        .filter(to -> !ids.containsKey(to))
        .distinct()
        .forEach(to -> lines.add("  %s([%s])".formatted(id(ids, to), to)));
    arrows.forEach(
        (arrow, times) ->
            lines.add(
                "  %s %s|%d| %s"
                    .formatted(
                        id(ids, arrow.from()),
                        arrow.undoes() ? "-.->" : "-->",
                        times,
                        id(ids, arrow.to()))));
    return lines;
  }

  private static String id(Map<String, String> ids, String name) {
    return ids.computeIfAbsent(name, _ -> "n" + ids.size());
  }

  private static String quoted(String text) {
    return text.replace("\"", "#quot;");
  }
}
