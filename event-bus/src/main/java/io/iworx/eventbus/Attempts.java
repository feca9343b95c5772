package io.iworx.eventbus;

import io.iworx.correlation.ClassifiedFailure;
import io.iworx.correlation.FailureKind;
import io.iworx.eventbus.spi.ClaimLostException;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.Inbox;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.TransactionalWork;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands events to the handler of a subscription and judges how that ended. Safe for any thread;
 * outlives tenures.
 */
final class Attempts {
  private static final Logger log = LoggerFactory.getLogger(Attempts.class);

  private final Subscriber<?> subscriber;
  private final DeliveryTrace trace;
  private final Semaphore running;
  private final AttemptLimit limit;
  private final @Nullable Inbox inbox;

  /** Transactions that did their work and did not commit, by the position of their only event. */
  private final Map<Long, Integer> failedCommits = new ConcurrentHashMap<>();

  Attempts(Subscriber<?> subscriber) {
    this.subscriber = subscriber;
    this.trace = new DeliveryTrace(subscriber);
    this.running = new Semaphore(subscriber.options().concurrency());
    this.limit = new AttemptLimit(subscriber.name(), subscriber.options().attemptLimit());
    this.inbox =
        subscriber.log().features().contains(EventLog.Feature.INBOX)
            ? subscriber.log().inbox()
            : null;
  }

  /** Interrupts handlers that take too long. */
  AttemptLimit limit() {
    return limit;
  }

  /** Hands one event to a plain handler, as soon as there is room for one more. */
  Outcome plainly(Handover.Plain<?> handover, LogEntry entry, int attempt, Tenure tenure)
      throws InterruptedException {
    running.acquire();
    try {
      if (!tenure.lasts()) {
        return new Outcome.NotTried();
      }
      var delivery = delivery(entry, attempt, tenure);
      var timing = trace.begin();
      var outcome =
          isExpired(entry) ? new Outcome.Expired() : plainly(handover, entry, delivery, tenure);
      timing.end(entry, delivery, outcome);
      return outcome;
    } finally {
      running.release();
    }
  }

  private Outcome plainly(
      Handover.Plain<?> handover, LogEntry entry, Delivery delivery, Tenure tenure) {
    try {
      limit.run(entry, () -> handover.hand(entry, delivery));
      return new Outcome.Handled();
    } catch (Throwable e) { // an Error of a handler is a failure like any other
      if (!tenure.lasts()) {
        return new Outcome.NotTried(); // interrupted by closing, perhaps: the next one tries
      }
      return afterFailure(e, delivery.attempt());
    }
  }

  /**
   * Hands events to a transactional handler. With one event the outcome is about that one; with
   * more, anything but success means that they are to be tried one by one.
   *
   * @param inTransaction writes the advance and commits, or rolls back
   */
  Outcome inTransaction(
      Handover.InTransaction handover,
      List<LogEntry> entries,
      int attempt,
      Tenure tenure,
      Commit inTransaction) {
    if (!tenure.lasts()) {
      return new Outcome.NotTried();
    }
    var first = entries.getFirst();
    if (entries.size() == 1 && isExpired(first)) {
      return new Outcome.Expired();
    }
    var before = failedCommits.getOrDefault(first.position(), 0);
    if (entries.size() == 1 && before >= subscriber.options().retryPolicy().attempts()) {
      failedCommits.remove(first.position());
      return new Outcome.SetAside(
          new EventException("Its transaction did not commit in " + before + " attempts."));
    }
    var timing = trace.begin();
    var outcome =
        inTransaction(handover, entries, attempt + before, inTransaction, entries.size() == 1);
    if (entries.size() == 1 || outcome instanceof Outcome.Handled) {
      for (var entry : entries) {
        timing.end(entry, delivery(entry, attempt + before, tenure), outcome);
      }
    }
    return outcome;
  }

  /** A transaction of the store. */
  @FunctionalInterface
  interface Commit {
    void run(TransactionalWork work) throws Exception;
  }

  private Outcome inTransaction(
      Handover.InTransaction handover,
      List<LogEntry> entries,
      int attempt,
      Commit commit,
      boolean alone) {
    var work = new HandlerWork(handover, entries);
    try {
      commit.run(work);
      if (alone) {
        failedCommits.remove(entries.getFirst().position());
      }
      return new Outcome.Handled();
    } catch (Exception | Error e) {
      var failure = work.failure;
      if (failure != null) {
        return afterFailure(failure, attempt);
      }
      if (work.done && alone && !(e instanceof ClaimLostException)) {
        failedCommits.merge(entries.getFirst().position(), 1, Integer::sum);
      }
      return new Outcome.LogFailed(
          e instanceof Exception x ? x : new EventException(e.toString(), e));
    }
  }

  /** The handler in the transaction; knows afterwards whose fault a failure is. */
  private final class HandlerWork implements TransactionalWork {
    private final Handover.InTransaction handover;
    private final List<LogEntry> entries;
    private @Nullable Throwable failure;
    private boolean done;

    HandlerWork(Handover.InTransaction handover, List<LogEntry> entries) {
      this.handover = handover;
      this.entries = entries;
    }

    @Override
    public void run(Connection connection) throws Exception {
      try {
        limit.run(entries.getFirst(), () -> handover.hand(entries, connection));
        done = true;
      } catch (Exception | Error e) {
        failure = e;
        throw e;
      }
    }
  }

  /** By this instance's clock: a matter of taste, not of safety. */
  boolean isExpired(LogEntry entry) {
    var expiresAt = entry.expiresAt();
    return expiresAt != null && !subscriber.busOptions().clock().instant().isBefore(expiresAt);
  }

  private Delivery delivery(LogEntry entry, int attempt, Tenure tenure) {
    return new Delivery(
        subscriber.name(), entry.id(), entry.position(), attempt, tenure.fence(), inbox);
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

  void logSetAside(LogEntry entry, int attempts, Throwable failure) {
    log.warn(
        "[Event Bus] {} gives up {} event {} after {} attempts and sets it aside, correlation {}",
        subscriber.name(),
        entry.type(),
        entry.id(),
        attempts,
        EventContext.correlationId(entry),
        failure);
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }
}
