package io.iworx.gateway;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Connections that speak HTTP/2, each with as many requests at once as the target allows. Another
 * is opened when all are full; the first is filled first, so that what is not needed grows old and
 * is closed.
 */
final class Http2Pool extends TargetPool {
  private final Dialer dialer;
  private final List<Http2UpstreamConnection> connections = new ArrayList<>(1);

  Http2Pool(UpstreamTarget target, Dialer dialer) {
    super(target);
    this.dialer = dialer;
  }

  @Override
  boolean acquire(boolean fresh, UpstreamStream.Listener listener) {
    var room = roomOrNew();
    if (room == null) {
      return waits(listener);
    }
    room.take(listener);
    return true;
  }

  private @Nullable Http2UpstreamConnection roomOrNew() {
    var room = room();
    if (room != null || !target().takeConnection()) {
      return room;
    }
    var opened = new Http2UpstreamConnection(this);
    connections.add(opened);
    dialer.open(this, opened);
    return opened;
  }

  private @Nullable Http2UpstreamConnection room() {
    for (var connection : connections) {
      if (connection.hasRoom()) {
        return connection;
      }
    }
    return null;
  }

  @Override
  void leave(UpstreamStream.Listener listener) {
    super.leave(listener);
    connections.forEach(it -> it.leave(listener));
  }

  @Override
  void serveWaiting() {
    while (someWait()) {
      var room = roomOrNew();
      if (room == null) {
        return;
      }
      room.take(firstWaiting());
    }
  }

  /** One who was promised a stream by a connection that takes fewer than was thought. */
  void returned(UpstreamStream.Listener listener) {
    var room = roomOrNew();
    if (room == null) {
      waitsAnyway(listener);
    } else {
      room.take(listener);
    }
  }

  void gone(Http2UpstreamConnection connection) {
    connections.remove(connection);
  }

  @Override
  void tick(long now) {
    serveWaiting();
    for (var connection : new ArrayList<>(connections)) {
      connection.tick(now);
    }
    // Other event loops wait, and there is no connection left for them: one of these must go.
    if (!connections.isEmpty() && !someWait() && target().crowded()) {
      connections.getFirst().retire();
    }
  }

  @Override
  boolean hasConnections() {
    return !connections.isEmpty();
  }
}
