package io.iworx.trace;

import io.iworx.trace.TraceEntry.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Draws a trace for a terminal. */
final class TraceText {
  private static final int MAX_WIDTH = 60;

  private final Trace trace;
  private final Instant start;

  private TraceText(Trace trace, Instant start) {
    this.trace = trace;
    this.start = start;
  }

  static String of(Trace trace) {
    var start = trace.startedAt();
    if (start == null) {
      return "Trace " + clean(trace.correlationId()) + " · nothing recorded\n";
    }
    return new TraceText(trace, start).draw();
  }

  private String draw() {
    var branches = branches();
    var what = new ArrayList<String>();
    var who = new ArrayList<String>();
    for (int i = 0; i < branches.size(); i++) {
      var entry = trace.nodes().get(i).entry();
      what.add(branches.get(i) + what(entry));
      who.add(clean(who(entry)));
    }
    var whatWidth = width(what);
    var whoWidth = width(who);
    var offsetWidth = milliseconds(trace.duration()).length();
    var text = new StringBuilder(header()).append('\n');
    for (int i = 0; i < what.size(); i++) {
      var node = trace.nodes().get(i);
      var offset = milliseconds(Duration.between(start, node.entry().startedAt()));
      text.append("  ")
          .append(" ".repeat(Math.max(0, offsetWidth - offset.length())))
          .append(offset)
          .append("  ")
          .append(padded(what.get(i), whatWidth))
          .append("  ")
          .append(padded(who.get(i), whoWidth))
          .append("  ")
          .append(ending(node))
          .append('\n');
    }
    return text.toString();
  }

  /** One very long name does not push all other lines to the right. */
  private static int width(List<String> column) {
    return Math.min(MAX_WIDTH, column.stream().mapToInt(String::length).max().orElse(0));
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private String header() {
    var parts = new ArrayList<String>();
    parts.add("Trace " + clean(trace.correlationId()));
    parts.add(milliseconds(trace.duration()));
    parts.add(counted(TraceServices.of(trace).count(), "service", "services"));
    for (var kind : Kind.values()) {
      var count = trace.nodes().stream().filter(node -> node.entry().kind() == kind).count();
      if (count > 0) {
        parts.add(counted(count, word(kind), plural(kind)));
      }
    }
    var failed = trace.nodes().stream().filter(node -> !node.entry().succeeded()).count();
    if (failed > 0) {
      parts.add(failed + " failed");
    }
    return String.join(" · ", parts);
  }

  /** The lines of the tree left of each entry, drawn from the bottom up. */
  private List<String> branches() {
    var nodes = trace.nodes();
    var branches = new ArrayList<String>();
    var continues = new ArrayList<Boolean>(); // per depth: a sibling follows below
    for (int i = nodes.size() - 1; i >= 0; i--) {
      int depth = nodes.get(i).depth();
      while (continues.size() <= depth) {
        continues.add(false);
      }
      branches.add(branch(continues, depth));
      continues.set(depth, true);
      continues.subList(depth + 1, continues.size()).clear();
    }
    return branches.reversed();
  }

  private static String branch(List<Boolean> continues, int depth) {
    if (depth == 0) {
      return "";
    }
    var branch = new StringBuilder();
    for (int level = 1; level < depth; level++) {
      branch.append(continues.get(level) ? "│  " : "   ");
    }
    return branch.append(continues.get(depth) ? "├─ " : "└─ ").toString();
  }

  private static String what(TraceEntry entry) {
    return glyph(entry.kind()) + " " + word(entry.kind()) + " " + clean(entry.name());
  }

  private static String who(TraceEntry entry) {
    return switch (entry.kind()) {
      case HOP -> orUnknown(entry.correlation().callingService()) + " → " + entry.service();
      case DELIVERY -> {
        var publisher = entry.correlation().callingService();
        yield publisher == null ? entry.service() : publisher + " → " + entry.service();
      }
      case EVENT, SAGA, STEP -> entry.service();
    };
  }

  private static String ending(Trace.Node node) {
    var entry = node.entry();
    var ending = new StringBuilder(entry.succeeded() ? "✓" : "✗");
    if (!entry.duration().isZero()) {
      ending.append(' ').append(milliseconds(entry.duration()));
    }
    var detail = entry.detail();
    if (detail != null && !detail.isEmpty()) {
      ending.append("  ").append(clean(detail));
    }
    return ending.append(node.inferred() ? "  (inferred)" : "").toString();
  }

  private static String glyph(Kind kind) {
    return switch (kind) {
      case HOP -> "→";
      case EVENT -> "◆";
      case DELIVERY -> "◇";
      case SAGA -> "◉";
      case STEP -> "○";
    };
  }

  private static String word(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private static String plural(Kind kind) {
    return kind == Kind.DELIVERY ? "deliveries" : word(kind) + "s";
  }

  private static String counted(long count, String one, String many) {
    return count + " " + (count == 1 ? one : many);
  }

  private static String milliseconds(Duration duration) {
    return duration.toMillis() + " ms";
  }

  private static String orUnknown(@Nullable String service) {
    return Objects.requireNonNullElse(service, "?");
  }

  /** Names come from outside: nothing in them may steer the terminal or begin a line. */
  private static String clean(String text) {
    return text.codePoints()
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
