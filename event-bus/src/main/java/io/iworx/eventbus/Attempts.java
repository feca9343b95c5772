package io.iworx.eventbus;

import io.iworx.correlation.ClassifiedFailure;
import io.iworx.correlation.FailureKind;
import io.iworx.eventbus.spi.LogEntry;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries to get an event handled until it is handled, set aside, or the tenure ends. Safe for any
 * thread; outlives tenures.
 */
final class Attempts {
  private static final Logger log = LoggerFactory.getLogger(Attempts.class);

  private final Subscriber<?> subscriber;
  private final DeliveryTrace trace;
  private final Semaphore running;
  private volatile FailedCommit failedCommit = new FailedCommit(-1, 0, new IllegalStateException());

  Attempts(Subscriber<?> subscriber) {
    this.subscriber = subscriber;
    this.trace = new DeliveryTrace(subscriber);
    this.running = new Semaphore(subscriber.inOrder() ? 1 : subscriber.options().concurrency());
  }

  /** A handler that did its work, whose transaction the log then could not commit. */
  private record FailedCommit(long position, int attempts, Exception failure) {}

  /**
   * Returns whether the event is done with. False means the tenure has ended, and whoever holds the
   * subscription next gets the event again.
   */
  boolean run(LogEntry entry, Tenure tenure) throws InterruptedException {
    try {
      return tryUntilDone(entry, tenure);
    } catch (RuntimeException e) { // setting aside failed
      tenure.end(e);
      return false;
    }
  }

  private boolean tryUntilDone(LogEntry entry, Tenure tenure) throws InterruptedException {
    var before = failedCommit;
    var attempt = before.position() == entry.position() ? before.attempts() : 0;
    if (attempt >= subscriber.options().retryPolicy().attempts()) {
      return setAside(entry, attempt, before.failure(), tenure);
    }
    while (true) {
      attempt++;
      running.acquire();
      Outcome outcome;
      try {
        if (!tenure.lasts()) {
          return false;
        }
        outcome = attempt(entry, attempt, tenure);
      } finally {
        running.release();
      }
      switch (outcome) {
        case Outcome.Handled() -> {
          return true;
        }
        case Outcome.RetryAfter(var wait, _) -> {
          if (!tenure.pause(wait)) {
            return false;
          }
        }
        case Outcome.SetAside(var failure) -> {
          return tenure.lasts() && setAside(entry, attempt, failure, tenure);
        }
        case Outcome.LogFailed(var failure) -> {
          tenure.end(failure);
          return false;
        }
      }
    }
  }

  private Outcome attempt(LogEntry entry, int attempt, Tenure tenure) {
    var delivery =
        new Delivery(
            subscriber.name(), entry.id(), entry.position(), attempt, tenure.claim().fence());
    var context = EventContext.of(entry, EventDecoder.metadata(entry));
    return context.call(
        () -> {
          log.debug(
              "[Event Bus] Delivering {} event {} to {}, attempt {}, correlation {}",
              entry.type(),
              entry.id(),
              subscriber.name(),
              attempt,
              context.correlationId());
          var timing = trace.begin(context, delivery);
          var outcome = outcome(entry, delivery, tenure);
          timing.end(outcome);
          return outcome;
        });
  }

  private Outcome outcome(LogEntry entry, Delivery delivery, Tenure tenure) {
    try {
      subscriber.handover().hand(entry, delivery, tenure);
      return new Outcome.Handled();
    } catch (Handover.HandlerFailed e) {
      return afterFailure(e.getCause() == null ? e : e.getCause(), delivery.attempt());
    } catch (Handover.CommitFailed e) {
      failedCommit = new FailedCommit(entry.position(), delivery.attempt(), e);
      return new Outcome.LogFailed(e);
    } catch (Exception e) {
      return new Outcome.LogFailed(e);
    }
  }

  private Outcome afterFailure(Throwable failure, int attempt) {
    var policy = subscriber.options().retryPolicy();
    if (attempt >= policy.attempts()) {
      return new Outcome.SetAside(failure);
    }
    var backoff = policy.waitAfter(attempt, subscriber.busOptions().random());
    return switch (ClassifiedFailure.kindOf(failure)) {
      case FailureKind.Permanent() -> new Outcome.SetAside(failure);
      case FailureKind.Throttled(var retryAfter) ->
          new Outcome.RetryAfter(longer(backoff, retryAfter), failure);
      // The event id is the idempotency key that permits trying again what may have happened.
      case FailureKind.Retryable(), FailureKind.Expired(), FailureKind.Unknown() ->
          new Outcome.RetryAfter(backoff, failure);
    };
  }

  private boolean setAside(LogEntry entry, int attempts, Throwable failure, Tenure tenure) {
    log.warn(
        "[Event Bus] {} gives up {} event {} after {} attempts and sets it aside, correlation {}",
        subscriber.name(),
        entry.type(),
        entry.id(),
        attempts,
        EventContext.correlationId(entry),
        failure);
    subscriber.log().subscriptions().setAside(tenure.claim(), entry, attempts, Reason.of(failure));
    return true;
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }
}
