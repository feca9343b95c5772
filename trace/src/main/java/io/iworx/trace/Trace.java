package io.iworx.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one correlation id set off, as a tree of who caused what. Immutable.
 *
 * <p>An entry hangs below the entry its causation id names. What a handler did has the event as its
 * cause and hangs below the delivery it happened in. An entry whose cause is unknown hangs below
 * the nearest thing its service was doing at the time and is marked as inferred; where there is no
 * such thing it is a root. No entry is ever left out, however odd its ids.
 */
public final class Trace {
  private final String correlationId;
  private final List<Node> nodes;

  private Trace(String correlationId, List<Node> nodes) {
    this.correlationId = correlationId;
    this.nodes = nodes;
  }

  /**
   * An entry in its place.
   *
   * @param entry what happened
   * @param parent the place in {@link #nodes} of what caused it; -1 for a root
   * @param depth 0 for a root
   * @param inferred whether the place was guessed from service and time
   */
  public record Node(TraceEntry entry, int parent, int depth, boolean inferred) {}

  /** The tree of the entries, which may come in any order. */
  public static Trace of(String correlationId, List<TraceEntry> entries) {
    return new Trace(correlationId, TreeOrder.of(Causes.of(entries)));
  }

  public String correlationId() {
    return correlationId;
  }

  /**
   * Every entry, each right after its parent and the parent's earlier children; siblings by time.
   */
  public List<Node> nodes() {
    return nodes;
  }

  public boolean isEmpty() {
    return nodes.isEmpty();
  }

  /** When the first entry began; null when there is none. */
  public @Nullable Instant startedAt() {
    return nodes.stream()
        .map(node -> node.entry().startedAt())
        .min(Comparator.naturalOrder())
        .orElse(null);
  }

  /** From the beginning of the first entry to the end of the last. */
  public Duration duration() {
    var start = startedAt();
    if (start == null) {
      return Duration.ZERO;
    }
    return nodes.stream()
        .map(node -> Duration.between(start, node.entry().endedAt()))
        .max(Comparator.naturalOrder())
        .orElse(Duration.ZERO);
  }

  /** The tree for a terminal, one line an entry. */
  public String text() {
    return TraceText.of(this);
  }

  /** A Mermaid sequence diagram. */
  public String mermaid() {
    return TraceMermaid.of(this);
  }

  /**
   * A JSON object: {@code correlationId}, {@code startedAt}, {@code durationMs}, and {@code
   * entries} in the order of {@link #nodes}, each with its {@code parent} (place in the list, null
   * for a root), {@code depth} and {@code inferred}. A flat list, since a chain of causes may be
   * deeper than JSON readers accept.
   */
  public String json() {
    return TraceJson.of(this);
  }
}
