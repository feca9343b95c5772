package io.iworx.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Writes a trace as JSON. */
final class TraceJson {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private TraceJson() {}

  private record Document(
      String correlationId, @Nullable Instant startedAt, long durationMs, List<Entry> entries) {}

  private record Entry(
      String kind,
      String id,
      @Nullable String causedBy,
      @Nullable String caller,
      String service,
      String name,
      Instant startedAt,
      long offsetMs,
      long durationMs,
      boolean succeeded,
      @Nullable String detail,
      @Nullable String organizationId,
      @Nullable Integer parent,
      int depth,
      boolean inferred) {}

  static String of(Trace trace) {
    var start = trace.startedAt();
    var entries =
        start == null
            ? List.<Entry>of()
            : trace.nodes().stream().map(node -> entry(node, start)).toList();
    return JSON.writeValueAsString(
        new Document(trace.correlationId(), start, trace.duration().toMillis(), entries));
  }

  private static Entry entry(Trace.Node node, Instant start) {
    var entry = node.entry();
    return new Entry(
        entry.kind().name(),
        entry.id(),
        entry.correlation().causationId(),
        entry.correlation().callingService(),
        entry.service(),
        entry.name(),
        entry.startedAt(),
        Duration.between(start, entry.startedAt()).toMillis(),
        entry.duration().toMillis(),
        entry.succeeded(),
        entry.detail(),
        entry.correlation().identity().organizationId(),
        node.parent() == Causes.NONE ? null : node.parent(),
        node.depth(),
        node.inferred());
  }
}
