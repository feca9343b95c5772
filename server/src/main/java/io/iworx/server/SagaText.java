package io.iworx.server;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** A saga of the admin API, in lines for a terminal. */
final class SagaText {
  private static final int WIDEST = 100;

  private SagaText() {}

  /** Why it stands as it does, in one sentence; empty when there is nothing to say. */
  static String why(JsonNode saga) {
    var waits = saga.path("waitsFor").asString("");
    if (!waits.isEmpty()) {
      return waits.startsWith("being") ? waits : "waiting for " + waits;
    }
    var stuck = saga.path("stuckReason").asString("");
    if (!stuck.isEmpty()) {
      return stuck;
    }
    var failure = saga.path("failure").asString("");
    if (!failure.isEmpty()) {
      return saga.path("failedStep").asString("") + ": " + failure;
    }
    var cancelled = saga.path("cancelReason").asString("");
    return cancelled.isEmpty() ? "" : "to be cancelled: " + cancelled;
  }

  /** All of it: how it stands, its steps with times and attempts, and what operators did. */
  static List<String> lines(JsonNode saga) {
    var lines = new ArrayList<String>();
    lines.add(
        "Saga %s: %s version %d, key %s"
            .formatted(
                saga.path("id").asString(""),
                saga.path("definition").asString(""),
                saga.path("version").asInt(),
                saga.path("key").asString("")));
    lines.add(
        "%s since %s%s"
            .formatted(
                saga.path("state").asString(""),
                saga.path("endedAt").asString(saga.path("startedAt").asString("")),
                why(saga).isEmpty() ? "" : ": " + why(saga)));
    lines.add(
        "Started %s, correlation id %s, holder %d: %s"
            .formatted(
                saga.path("startedAt").asString(""),
                saga.path("correlationId").asString(""),
                saga.path("holder").asLong(),
                saga.path("instance").asString("none")));
    if (!saga.path("parent").asString("").isEmpty()) {
      lines.add("A step of saga " + saga.path("parent").asString(""));
    }
    lines.add("Input  " + saga.path("input").asString(""));
    if (!saga.path("output").asString("").isEmpty()) {
      lines.add("Output " + saga.path("output").asString(""));
    }
    lines.add("");
    lines.addAll(steps(saga.path("steps")).lines());
    if (!saga.path("children").isEmpty()) {
      lines.add("");
      lines.addAll(children(saga.path("children")).lines());
    }
    if (!saga.path("operations").isEmpty()) {
      lines.add("");
      lines.addAll(operations(saga.path("operations")).lines());
    }
    return lines;
  }

  private static Table steps(JsonNode steps) {
    var table = new Table("#", "STEP", "IS", "ATTEMPTS", "BEGAN", "TOOK", "RESULT");
    for (var step : steps) {
      var began = Instant.parse(step.path("startedAt").asString());
      var took = Duration.between(began, Instant.parse(step.path("endedAt").asString()));
      var result = step.path("failure").asString(step.path("result").asString(""));
      table.add(
          step.path("sequence").asLong(),
          step.path("step").asString(""),
          step.path("kind").asString(""),
          step.path("attempts").asLong(),
          began.toString(),
          took.toMillis() + " ms",
          result.length() <= WIDEST ? result : result.substring(0, WIDEST) + "…");
    }
    return table;
  }

  private static Table children(JsonNode children) {
    var table = new Table("STEP", "IS SAGA", "OF", "IS");
    for (var child : children) {
      table.add(
          child.path("step").asString(""),
          child.path("id").asString(""),
          child.path("definition").asString(""),
          child.path("state").asString(""));
    }
    return table;
  }

  private static Table operations(JsonNode operations) {
    var table = new Table("AT", "BY", "DID", "DETAIL");
    for (var each : operations) {
      table.add(
          each.path("at").asString(""),
          each.path("actor").asString(""),
          each.path("action").asString(""),
          each.path("detail").asString(""));
    }
    return table;
  }
}
