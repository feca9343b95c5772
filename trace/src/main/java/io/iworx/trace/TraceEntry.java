package io.iworx.trace;

import io.iworx.correlation.Correlation;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happened within a correlation id: a unit of work and the context it ran in.
 *
 * @param kind what sort of thing
 * @param id its own id, which others name as their cause; unique within the kind
 * @param correlation its context: the correlation id, what caused it, who called, whose row it is
 * @param service the service that did it (for a hop: the service that was called)
 * @param name what was done: {@code POST /api/work-orders}, an event type, a subscription, a saga
 *     or step
 * @param startedAt when it began
 * @param duration how long it took; zero for a moment such as an event
 * @param succeeded whether it ended well
 * @param detail how it ended, in a few words: a status code, an attempt, the reason of a failure;
 *     null when there is nothing to say. Only the first line is kept, cut at {@value #MAX_DETAIL}
 *     characters: an exception's whole text belongs to the log
 */
public record TraceEntry(
    Kind kind,
    String id,
    Correlation correlation,
    String service,
    String name,
    Instant startedAt,
    Duration duration,
    boolean succeeded,
    @Nullable String detail) {

  /** The longest detail, in characters. */
  public static final int MAX_DETAIL = 200;

  public TraceEntry {
    detail = brief(detail);
  }

  /** When it was over. */
  public Instant endedAt() {
    return startedAt.plus(duration);
  }

  /** The service on whose part it happened: for a hop the caller, else the service that did it. */
  public @Nullable String actor() {
    return kind == Kind.HOP ? correlation.callingService() : service;
  }

  /** The sorts of things a trace shows. */
  public enum Kind {
    /** A request that went through the gateway. */
    HOP,
    /** An event that was appended to the log. */
    EVENT,
    /** One attempt to hand an event to a handler. */
    DELIVERY,
    /** One run of a saga. */
    SAGA,
    /** A step of a saga, or its compensation. */
    STEP
  }

  private static @Nullable String brief(@Nullable String detail) {
    if (detail == null) {
      return null;
    }
    var line = detail.lines().findFirst().orElse("");
    return line.length() <= MAX_DETAIL ? line : line.substring(0, MAX_DETAIL - 1) + "…";
  }
}
