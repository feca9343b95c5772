package io.iworx.serviceclient;

import io.iworx.correlation.FailureKind;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One service as this client sees it: its circuit breaker, its places, its retry budget. */
final class Target {
  private final String name;
  private final LimitOptions limit;
  private final Semaphore places;
  private final Breaker breaker;
  private final RetryBudget budget;

  Target(String name, ClientSettings settings, Consumer<BreakerState> changed) {
    this.name = name;
    this.limit = settings.limit();
    this.places = new Semaphore(limit.maxCalls());
    this.breaker = new Breaker(settings.breaker(), System::nanoTime, changed);
    this.budget = new RetryBudget(settings.retry().budget());
  }

  String name() {
    return name;
  }

  RetryBudget budget() {
    return budget;
  }

  /** Sends the request when the target may be called now, and remembers how that went. */
  Reply send(Request request, Function<Request, Reply> transport) {
    if (!breaker.openFor().isZero()) {
      return refusedByBreaker();
    }
    var refused = takePlace(request.deadline());
    if (refused != null) {
      return refused;
    }
    try {
      return guarded(request, transport);
    } finally {
      places.release();
    }
  }

  private Reply guarded(Request request, Function<Request, Reply> transport) {
    var ticket = breaker.enter();
    if (ticket == Breaker.REFUSED) {
      return refusedByBreaker();
    }
    var verdict = Breaker.Verdict.NOTHING;
    try {
      var reply = transport.apply(request);
      verdict = reply.verdict();
      return reply;
    } finally {
      breaker.leave(ticket, verdict);
    }
  }

  /** Null when there is one. */
  private @Nullable Fault takePlace(Deadline deadline) {
    if (places.tryAcquire()) {
      return null;
    }
    if (places.getQueueLength() >= limit.maxWaiting()) {
      return Fault.refused(
          new FailureKind.Throttled(Duration.ZERO),
          "Too many calls to " + name + " wait already, so nothing was sent");
    }
    try {
      if (places.tryAcquire(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
        return null;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Fault.refused(
          new FailureKind.Retryable(),
          "The calling thread was interrupted before anything was sent");
    }
    return Fault.refused(
        deadline.inherited() ? new FailureKind.Expired() : new FailureKind.Retryable(),
        "All places for calls to " + name + " stayed busy, so nothing was sent");
  }

  private Fault refusedByBreaker() {
    return Fault.refused(
        new FailureKind.Throttled(breaker.openFor()),
        "The circuit breaker of " + name + " is open, so nothing was sent");
  }
}
