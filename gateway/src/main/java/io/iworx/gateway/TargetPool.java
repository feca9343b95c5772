package io.iworx.gateway;

import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop has with one target: idle connections, requests that wait for one, and how
 * many are under way. The last connection used is used first, so that what is not needed grows old
 * and is closed: before a server would close it (many do after 30 s) and a request be lost to that.
 */
final class TargetPool {
  private static final long MAX_IDLE_NANOS = Duration.ofSeconds(15).toNanos();
  private static final int MAX_IDLE = 128;

  private final UpstreamTarget target;
  private final Dialer dialer;
  private final ArrayDeque<UpstreamConnection> idle = new ArrayDeque<>();
  private final ArrayDeque<UpstreamStream.Listener> waiting = new ArrayDeque<>();
  private @Nullable RetryBudget budget;
  private int outstanding;

  TargetPool(UpstreamTarget target, Dialer dialer) {
    this.target = target;
    this.dialer = dialer;
  }

  UpstreamTarget target() {
    return target;
  }

  /** Requests that this event loop has given to the target and that are not over. */
  int outstanding() {
    return outstanding;
  }

  /** What its requests have earned for retries. */
  RetryBudget budget(int percent) {
    if (budget == null) {
      budget = new RetryBudget(percent);
    }
    return budget;
  }

  void begun() {
    outstanding++;
  }

  void over() {
    outstanding--;
  }

  /**
   * Hands the listener a connection: at once where one is idle and {@code fresh} is not asked, else
   * when one has opened or become free. False when too many wait already; the listener is told
   * nothing then.
   */
  boolean acquire(boolean fresh, UpstreamStream.Listener listener) {
    var kept = fresh ? null : poll();
    if (kept != null) {
      if (!listener.connected(kept)) {
        release(kept);
      }
      return true;
    }
    if (target.takeConnection()) {
      dialer.open(this, listener);
      return true;
    }
    if (target.takePlace()) {
      waiting.addLast(listener);
      return true;
    }
    return false;
  }

  private @Nullable UpstreamConnection poll() {
    var connection = idle.pollLast();
    while (connection != null && !connection.isActive()) {
      connection = idle.pollLast();
    }
    return connection;
  }

  /** The listener waits no longer, if it did. */
  void leave(UpstreamStream.Listener listener) {
    if (!waiting.isEmpty() && waiting.remove(listener)) {
      target.returnPlace();
    }
  }

  /** Takes a connection back that can be used again: for who waits, or to keep. */
  void release(UpstreamConnection connection) {
    while (connection.isActive() && !waiting.isEmpty()) {
      target.returnPlace();
      if (waiting.removeFirst().connected(connection)) {
        return;
      }
    }
    if (!connection.isActive()
        || idle.size() >= MAX_IDLE
        || target.retired()
        || target.someWait()) { // on another event loop, which can open one when this is closed
      connection.drop();
      return;
    }
    connection.idleSince(System.nanoTime());
    idle.addLast(connection);
  }

  /** Forgets a connection that has closed. */
  void gone(UpstreamConnection connection) {
    idle.remove(connection);
  }

  /** A connection was closed, or was none: who waits may open another. */
  void closed() {
    target.returnConnection();
    openForWaiting();
  }

  private void openForWaiting() {
    while (!waiting.isEmpty() && target.takeConnection()) {
      target.returnPlace();
      dialer.open(this, waiting.removeFirst());
    }
  }

  /** Looks after what other event loops freed, and after connections that have grown old. */
  void tick(long now) {
    openForWaiting();
    var oldest = idle.peekFirst();
    while (oldest != null
        && (now - oldest.idleSince() > MAX_IDLE_NANOS || target.retired() || target.someWait())) {
      idle.pollFirst();
      oldest.drop();
      oldest = idle.peekFirst();
    }
  }

  /** Whether nothing is left that the event loop has with the target. */
  boolean isEmpty() {
    return idle.isEmpty() && waiting.isEmpty() && outstanding == 0;
  }
}
