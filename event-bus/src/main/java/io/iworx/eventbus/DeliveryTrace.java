package io.iworx.eventbus;

import io.iworx.correlation.Correlation;
import io.iworx.trace.TraceEntry;
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

  Timing begin(Correlation context, Delivery delivery) {
    return new Timing(
        context, delivery, subscriber.busOptions().clock().instant(), System.nanoTime());
  }

  /** An attempt under way. */
  final class Timing {
    private final Correlation context;
    private final Delivery delivery;
    private final Instant startedAt;
    private final long startedNanos;

    private Timing(Correlation context, Delivery delivery, Instant startedAt, long startedNanos) {
      this.context = context;
      this.delivery = delivery;
      this.startedAt = startedAt;
      this.startedNanos = startedNanos;
    }

    void end(Outcome outcome) {
      subscriber
          .busOptions()
          .traceRecorder()
          .record(
              new TraceEntry(
                  TraceEntry.Kind.DELIVERY,
                  idOf(delivery),
                  context,
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
