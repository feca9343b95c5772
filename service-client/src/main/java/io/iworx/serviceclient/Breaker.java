package io.iworx.serviceclient;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The circuit breaker of one target: the one place that changes its {@link BreakerState}.
 *
 * <p>Every attempt enters and, when it was let in, leaves with the same ticket. What leaves with a
 * ticket of an earlier state is not counted: a slow answer from before says nothing about now.
 */
final class Breaker {
  /** The ticket of an attempt that is not let in. */
  static final int REFUSED = -1;

  /** What an attempt showed about the target. */
  enum Verdict {
    ALIVE,
    FAILED,
    /** Nothing: the caller ended it. */
    NOTHING
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final BreakerOptions options;
  private final LongSupplier nanoTime;
  private final Consumer<BreakerState> changed;
  private final RollingCounts counts;
  private volatile BreakerState state = BreakerState.CLOSED;
  private volatile long openUntil;
  private int period;
  private int probing;
  private int alive;

  /**
   * @param changed told each new state, outside the lock and on the thread that caused it
   */
  Breaker(BreakerOptions options, LongSupplier nanoTime, Consumer<BreakerState> changed) {
    this.options = options;
    this.nanoTime = nanoTime;
    this.changed = changed;
    this.counts = new RollingCounts(options.window(), nanoTime.getAsLong());
  }

  /** A ticket to give back to {@link #leave}, or {@link #REFUSED}. */
  int enter() {
    int ticket;
    BreakerState before;
    BreakerState after;
    lock.lock();
    try {
      before = state;
      if (state == BreakerState.OPEN && openFor().isZero()) {
        turn(BreakerState.HALF_OPEN);
      }
      ticket =
          switch (state) {
            case CLOSED -> period;
            case OPEN -> REFUSED;
            case HALF_OPEN -> probing < options.probes() ? probe() : REFUSED;
          };
      after = state;
    } finally {
      lock.unlock();
    }
    tell(before, after);
    return ticket;
  }

  void leave(int ticket, Verdict verdict) {
    BreakerState before;
    BreakerState after;
    lock.lock();
    try {
      before = state;
      if (ticket == period) {
        switch (state) {
          case CLOSED -> count(verdict);
          case HALF_OPEN -> judge(verdict);
          case OPEN -> {} // nobody holds a ticket of this period
        }
      }
      after = state;
    } finally {
      lock.unlock();
    }
    tell(before, after);
  }

  /** How long it still refuses everything; zero when it does not. */
  Duration openFor() {
    var left = openUntil - nanoTime.getAsLong();
    return state == BreakerState.OPEN && left > 0 ? Duration.ofNanos(left) : Duration.ZERO;
  }

  private int probe() {
    probing++;
    return period;
  }

  private void count(Verdict verdict) {
    if (verdict == Verdict.NOTHING) {
      return;
    }
    counts.add(verdict == Verdict.FAILED, nanoTime.getAsLong());
    if (verdict == Verdict.FAILED) {
      var attempts = counts.attempts();
      if (attempts >= options.minimumCalls()
          && counts.failures() >= options.failureRate() * attempts) {
        turn(BreakerState.OPEN);
      }
    }
  }

  private void judge(Verdict verdict) {
    probing--;
    switch (verdict) {
      case FAILED -> turn(BreakerState.OPEN);
      case ALIVE -> {
        if (++alive >= options.probes()) {
          turn(BreakerState.CLOSED);
        }
      }
      case NOTHING -> {} // its place is free for another probe
    }
  }

  private void turn(BreakerState next) {
    state = next;
    period = period == Integer.MAX_VALUE ? 0 : period + 1;
    probing = 0;
    alive = 0;
    counts.clear();
    openUntil = nanoTime.getAsLong() + options.openFor().toNanos();
  }

  private void tell(BreakerState before, BreakerState after) {
    if (after != before) {
      changed.accept(after);
    }
  }
}
