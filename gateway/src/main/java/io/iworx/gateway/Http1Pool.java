package io.iworx.gateway;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Connections that speak HTTP/1.1, one request at a time on each. The last one used is used first,
 * so that what is not needed grows old and is closed.
 */
final class Http1Pool extends TargetPool {
  private static final int MAX_IDLE = 128;

  private final Dialer dialer;
  private final ArrayDeque<UpstreamConnection> idle = new ArrayDeque<>();

  Http1Pool(UpstreamTarget target, Dialer dialer) {
    super(target);
    this.dialer = dialer;
  }

  @Override
  boolean acquire(boolean fresh, UpstreamStream.Listener listener) {
    var kept = fresh ? null : poll();
    if (kept != null) {
      if (!listener.connected(kept)) {
        release(kept);
      }
      return true;
    }
    if (target().takeConnection()) {
      dialer.open(this, listener);
      return true;
    }
    return waits(listener);
  }

  private @Nullable UpstreamConnection poll() {
    var connection = idle.pollLast();
    while (connection != null && !connection.isActive()) {
      connection = idle.pollLast();
    }
    return connection;
  }

  /** Takes a connection back that can be used again: for who waits, or to keep. */
  void release(UpstreamConnection connection) {
    while (connection.isActive() && someWait()) {
      if (firstWaiting().connected(connection)) {
        return;
      }
    }
    if (!connection.isActive()
        || idle.size() >= MAX_IDLE
        || target().retired()
        || target().someWait()) { // on another event loop, which can open one when this is closed
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

  @Override
  void serveWaiting() {
    while (someWait() && target().takeConnection()) {
      dialer.open(this, firstWaiting());
    }
  }

  @Override
  void tick(long now) {
    serveWaiting();
    var oldest = idle.peekFirst();
    while (oldest != null
        && (now - oldest.idleSince() > MAX_IDLE_NANOS
            || target().retired()
            || target().someWait())) {
      idle.pollFirst();
      oldest.drop();
      oldest = idle.peekFirst();
    }
  }

  @Override
  boolean hasConnections() {
    return !idle.isEmpty();
  }
}
