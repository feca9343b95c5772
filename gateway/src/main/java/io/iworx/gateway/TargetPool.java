package io.iworx.gateway;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop has with one target: connections, requests that wait for one, and how many
 * are under way.
 */
abstract sealed class TargetPool permits Http1Pool, Http2Pool {
  /** Before a server would close it (many do after 30 s) and a request be lost to that. */
  static final long MAX_IDLE_NANOS = Duration.ofSeconds(15).toNanos();

  /** Written by the event loop alone, and read by who measures: no fence is needed for that. */
  private static final VarHandle OUTSTANDING = outstandingHandle();

  private final UpstreamTarget target;
  private final ArrayDeque<UpstreamStream.Listener> waiting = new ArrayDeque<>();
  private @Nullable RetryBudget budget;
  private int outstanding;

  TargetPool(UpstreamTarget target) {
    this.target = target;
  }

  private static VarHandle outstandingHandle() {
    try {
      return MethodHandles.lookup().findVarHandle(TargetPool.class, "outstanding", int.class);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e); // the field is above
    }
  }

  static TargetPool of(UpstreamTarget target, Dialer dialer) {
    return target.speaksHttp2() ? new Http2Pool(target, dialer) : new Http1Pool(target, dialer);
  }

  final UpstreamTarget target() {
    return target;
  }

  /** Requests that this event loop has given to the target and that are not over; any thread. */
  final int outstanding() {
    return (int) OUTSTANDING.getOpaque(this);
  }

  /** What its requests have earned for retries. */
  final RetryBudget budget(int percent) {
    if (budget == null) {
      budget = new RetryBudget(percent);
    }
    return budget;
  }

  final void begun() {
    OUTSTANDING.setOpaque(this, outstanding + 1);
  }

  final void over() {
    OUTSTANDING.setOpaque(this, outstanding - 1);
  }

  /**
   * Hands the listener a stream: at once where a connection can take it, else when one has opened
   * or become free. False when too many wait already; the listener is told nothing then.
   *
   * @param fresh whether it must not be a connection that may have been closed meanwhile
   */
  abstract boolean acquire(boolean fresh, UpstreamStream.Listener listener);

  /** The listener waits no longer, if it did. */
  void leave(UpstreamStream.Listener listener) {
    if (!waiting.isEmpty() && waiting.remove(listener)) {
      target.returnPlace();
    }
  }

  /** Whether there was a place for the listener to wait. */
  final boolean waits(UpstreamStream.Listener listener) {
    if (!target.takePlace()) {
      return false;
    }
    waiting.addLast(listener);
    return true;
  }

  /** The listener waits, also beyond the places there are: it was promised a stream. */
  final void waitsAnyway(UpstreamStream.Listener listener) {
    target.addPlace();
    waiting.addLast(listener);
  }

  final boolean someWait() {
    return !waiting.isEmpty();
  }

  /** The one that has waited longest, and waits no more. */
  final UpstreamStream.Listener firstWaiting() {
    target.returnPlace();
    return waiting.removeFirst();
  }

  /** A connection was closed, or was none: who waits may open another. */
  final void closed() {
    target.returnConnection();
    serveWaiting();
  }

  /** Does for those who wait what can be done now. */
  abstract void serveWaiting();

  /** Looks after what other event loops freed, and after connections that have grown old. */
  abstract void tick(long now);

  abstract boolean hasConnections();

  /** Whether nothing is left that the event loop has with the target. */
  final boolean isEmpty() {
    return !hasConnections() && waiting.isEmpty() && outstanding == 0;
  }
}
