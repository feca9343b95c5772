package io.iworx.eventbus;

import io.iworx.eventbus.spi.LogEntry;
import io.iworx.trace.TraceEntry;
import io.iworx.trace.TraceRecorder;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Records each attempt to deliver. */
final class DeliveryTrace {
  private static final int MAX_DETAIL = 300;

  private final Subscriber<?> subscriber;

  DeliveryTrace(Subscriber<?> subscriber) {
    this.subscriber = subscriber;
  }

  Timing begin() {
    return new Timing(subscriber.busOptions().clock().instant(), System.nanoTime());
  }

  /** An attempt under way. */
  final class Timing {
    private final Instant startedAt;
    private final long startedNanos;

    private Timing(Instant startedAt, long startedNanos) {
      this.startedAt = startedAt;
      this.startedNanos = startedNanos;
    }

    void end(LogEntry entry, Delivery delivery, Outcome outcome) {
      var recorder = subscriber.busOptions().traceRecorder();
      if (recorder.equals(TraceRecorder.none())) {
        return; // spares making an entry of every delivery
      }
      recorder.record(
          new TraceEntry(
              TraceEntry.Kind.DELIVERY,
              idOf(delivery),
              EventContext.of(entry, EventDecoder.metadata(entry)),
              subscriber.definition().service(),
              subscriber.name(),
              startedAt,
              Duration.ofNanos(System.nanoTime() - startedNanos),
              outcome instanceof Outcome.Handled,
              detail(outcome, delivery.attempt())));
    }
  }

  /** The fence tells the first attempt of one instance from that of the next. */
  static String idOf(Delivery delivery) {
    return delivery.eventId()
        + "/"
        + delivery.subscription()
        + "/"
        + delivery.fence()
        + "/"
        + delivery.attempt();
  }

  private static @Nullable String detail(Outcome outcome, int attempt) {
    return switch (outcome) {
      case Outcome.Handled() -> attempt == 1 ? null : "attempt " + attempt;
      case Outcome.NotTried() -> null;
      case Outcome.Expired() -> "expired";
      case Outcome.RetryAfter(var wait, var failure) ->
          failed(attempt, "again in " + wait.toMillis() + " ms", failure);
      case Outcome.SetAside(var failure) -> failed(attempt, "set aside", failure);
      case Outcome.LogFailed(var failure) -> failed(attempt, "event log failed", failure);
    };
  }

  private static String failed(int attempt, String then, Throwable failure) {
    return Reason.shorten(
        "attempt " + attempt + ", " + then + ": " + Reason.of(failure), MAX_DETAIL);
  }
}
