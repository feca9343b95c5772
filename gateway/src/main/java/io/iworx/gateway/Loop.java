package io.iworx.gateway;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What the connections of one event loop share: upstream connections, a line buffer, and the one
 * clock tick that looks after all deadlines, so that no request pays for a timer. A deadline is met
 * up to {@value #TICK_MILLIS} ms late.
 */
final class Loop {
  static final long TICK_MILLIS = 50;

  /** What has deadlines: told the time at each tick. */
  interface Timed {
    void tick(long now);
  }

  private final EventLoop eventLoop;
  private final TargetChoice targets;
  private final AtomicReference<RouteTable> table;
  private final byte[] lineBuffer;
  private final Set<Timed> connections = new HashSet<>();
  private final ScheduledFuture<?> tick;

  Loop(
      EventLoop eventLoop, TargetChoice targets, AtomicReference<RouteTable> table, Limits limits) {
    this.eventLoop = eventLoop;
    this.table = table;
    this.targets = targets;
    this.lineBuffer = RequestDecoder.lineBuffer(limits);
    this.tick =
        eventLoop.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  Executor executor() {
    return eventLoop;
  }

  TargetChoice targets() {
    return targets;
  }

  byte[] lineBuffer() {
    return lineBuffer;
  }

  void add(Timed connection) {
    connections.add(connection);
  }

  void remove(Timed connection) {
    connections.remove(connection);
  }

  private void tick() {
    var now = System.nanoTime();
    for (var connection : new ArrayList<>(connections)) {
      connection.tick(now);
    }
    targets.tick(now);
    table.get().tick(now);
  }

  void stop() {
    tick.cancel(false);
  }
}
