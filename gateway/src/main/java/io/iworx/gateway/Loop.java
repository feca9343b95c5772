package io.iworx.gateway;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * What the connections of one event loop share: upstream connections, a line buffer, and the one
 * clock tick that looks after all deadlines, so that no request pays for a timer. A deadline is met
 * up to {@value #TICK_MILLIS} ms late.
 */
final class Loop {
  static final long TICK_MILLIS = 50;

  private final UpstreamPool pool;
  private final byte[] lineBuffer;
  private final Set<ClientConnection> connections = new HashSet<>();
  private final ScheduledFuture<?> tick;

  Loop(EventLoop eventLoop, UpstreamPool pool, Limits limits) {
    this.pool = pool;
    this.lineBuffer = RequestDecoder.lineBuffer(limits);
    this.tick =
        eventLoop.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  UpstreamPool pool() {
    return pool;
  }

  byte[] lineBuffer() {
    return lineBuffer;
  }

  void add(ClientConnection connection) {
    connections.add(connection);
  }

  void remove(ClientConnection connection) {
    connections.remove(connection);
  }

  private void tick() {
    var now = System.nanoTime();
    for (var connection : new ArrayList<>(connections)) {
      connection.tick(now);
    }
    pool.tick(now);
  }

  void stop() {
    tick.cancel(false);
  }
}
