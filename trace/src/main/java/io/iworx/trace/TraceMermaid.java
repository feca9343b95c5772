package io.iworx.trace;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Draws a trace as a Mermaid sequence diagram. */
final class TraceMermaid {
  private static final String EVENT_BUS = "event bus";

  private final TraceServices services;
  private final Map<String, String> participants = new LinkedHashMap<>();
  private final StringBuilder messages = new StringBuilder();

  private TraceMermaid(TraceServices services) {
    this.services = services;
  }

  static String of(Trace trace) {
    return new TraceMermaid(TraceServices.of(trace)).draw(trace);
  }

  private String draw(Trace trace) {
    var open = new ArrayDeque<Trace.Node>();
    for (var node : trace.nodes()) {
      closeDownTo(open, node.depth());
      begin(node.entry());
      open.push(node);
    }
    closeDownTo(open, 0);
    var diagram = new StringBuilder("sequenceDiagram\n");
    participants.forEach(
        (name, alias) ->
            diagram
                .append("  participant ")
                .append(alias)
                .append(" as ")
                .append(escape(name))
                .append('\n'));
    return diagram.append(messages).toString();
  }

  /** A call's answer is drawn after everything that happened below it. */
  private void closeDownTo(ArrayDeque<Trace.Node> open, int depth) {
    while (!open.isEmpty() && open.peek().depth() >= depth) {
      end(open.pop().entry());
    }
  }

  private void begin(TraceEntry entry) {
    var service = participant(entry.service());
    var name = escape(entry.name());
    switch (entry.kind()) {
      case HOP -> message(participant(entry.actor()), "->>", service, name);
      case EVENT -> message(service, "-)", bus(), name);
      case DELIVERY -> message(bus(), "-)", service, name + ending(entry));
      case SAGA -> note(service, "saga " + name + ending(entry));
      case STEP -> message(service, "->>", service, "step " + name + ending(entry));
    }
  }

  private void end(TraceEntry entry) {
    switch (entry.kind()) {
      case HOP ->
          message(
              participant(entry.service()),
              entry.succeeded() ? "-->>" : "--x",
              participant(entry.actor()),
              escape(Objects.requireNonNullElse(entry.detail(), ""))
                  + " ("
                  + entry.duration().toMillis()
                  + " ms)");
      case EVENT, DELIVERY, SAGA, STEP -> {}
    }
  }

  private static String ending(TraceEntry entry) {
    var detail = entry.detail();
    return (entry.succeeded() ? "" : " ✗")
        + (detail == null || detail.isEmpty() ? "" : " " + escape(detail))
        + " ("
        + entry.duration().toMillis()
        + " ms)";
  }

  private String bus() {
    return alias(EVENT_BUS);
  }

  private String participant(@org.jspecify.annotations.Nullable String service) {
    return alias(services.nameOf(service));
  }

  private String alias(String name) {
    return participants.computeIfAbsent(name, _ -> "p" + (participants.size() + 1));
  }

  private void message(String from, String arrow, String to, String text) {
    messages
        .append("  ")
        .append(from)
        .append(arrow)
        .append(to)
        .append(": ")
        .append(text)
        .append('\n');
  }

  private void note(String over, String text) {
    messages.append("  Note over ").append(over).append(": ").append(text).append('\n');
  }

  /**
   * Mermaid reads {@code #code;} as a character; everything that could end or open something is
   * one.
   */
  static String escape(String text) {
    var escaped = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (Character.isISOControl(c)) {
                escaped.append(' ');
              } else if ("#;<>&\"%{}".indexOf(c) >= 0) {
                escaped.append('#').append(c).append(';');
              } else {
                escaped.appendCodePoint(c);
              }
            });
    return escaped.isEmpty() ? " " : escaped.toString();
  }
}
