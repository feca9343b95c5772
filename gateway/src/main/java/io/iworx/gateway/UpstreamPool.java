package io.iworx.gateway;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The upstream connections of one event loop. The last one used is used first, so that what is not
 * needed grows old and is closed: before a server would close it (many do after 30 s) and a request
 * be lost to that.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails closes the channel: channelInactive tells
final class UpstreamPool {
  private static final long MAX_IDLE_NANOS = Duration.ofSeconds(15).toNanos();
  private static final long CLEAN_EVERY_NANOS = Duration.ofSeconds(1).toNanos();
  private static final int MAX_IDLE_PER_TARGET = 128;

  private final Bootstrap bootstrap;
  private final SslContext tls;
  private final Duration connectTimeout;
  private final Map<Target, ArrayDeque<UpstreamConnection>> idle = new HashMap<>();
  private long lastCleaned = System.nanoTime();

  UpstreamPool(
      EventLoop loop, Transport transport, OffLoopNames names, SslContext tls, Duration connect) {
    this.tls = tls;
    this.connectTimeout = connect;
    this.bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(transport.channel())
            .resolver(names)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) connect.toMillis());
  }

  /** Hands the listener a connection, at once where one is idle and {@code fresh} is not asked. */
  void acquire(Target target, boolean fresh, UpstreamConnection.Listener listener) {
    var kept = fresh ? null : poll(target);
    if (kept == null) {
      open(target, listener);
    } else if (!listener.connected(kept)) {
      release(kept);
    }
  }

  private @Nullable UpstreamConnection poll(Target target) {
    var queue = idle.get(target);
    if (queue == null) {
      return null;
    }
    var connection = queue.pollLast();
    while (connection != null && !connection.isActive()) {
      connection = queue.pollLast();
    }
    return connection;
  }

  private void open(Target target, UpstreamConnection.Listener listener) {
    bootstrap
        .clone()
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                assemble(channel, target);
              }
            })
        .connect(target.host(), target.port())
        .addListener((ChannelFutureListener) it -> opened(it, target, listener));
  }

  private void assemble(Channel channel, Target target) {
    var decoder = new AnswerDecoder();
    if (target.tls()) {
      var handler = tls.newHandler(channel.alloc(), target.host(), target.port());
      handler.setHandshakeTimeoutMillis(connectTimeout.toMillis());
      channel.pipeline().addLast(handler);
    }
    channel
        .pipeline()
        .addLast(decoder, new HttpRequestEncoder())
        .addLast(new UpstreamConnection(this, target, channel, decoder));
  }

  private void opened(ChannelFuture future, Target target, UpstreamConnection.Listener listener) {
    if (!future.isSuccess()) {
      listener.unreachable(future.cause());
      return;
    }
    var channel = future.channel();
    if (!target.tls()) {
      hand(channel, listener);
      return;
    }
    Objects.requireNonNull(channel.pipeline().get(SslHandler.class))
        .handshakeFuture()
        .addListener(
            handshake -> {
              if (handshake.isSuccess()) {
                hand(channel, listener);
              } else {
                channel.close();
                listener.unreachable(handshake.cause());
              }
            });
  }

  private void hand(Channel channel, UpstreamConnection.Listener listener) {
    var connection = Objects.requireNonNull(channel.pipeline().get(UpstreamConnection.class));
    if (!listener.connected(connection)) {
      release(connection);
    }
  }

  /** Takes a connection back that can be used again. */
  void release(UpstreamConnection connection) {
    var queue = idle.computeIfAbsent(connection.target(), _ -> new ArrayDeque<>());
    if (!connection.isActive() || queue.size() >= MAX_IDLE_PER_TARGET) {
      connection.drop();
      return;
    }
    connection.idleSince(System.nanoTime());
    queue.addLast(connection);
  }

  /** Forgets a connection that has closed. */
  void gone(UpstreamConnection connection) {
    var queue = idle.get(connection.target());
    if (queue != null) {
      queue.remove(connection);
    }
  }

  void tick(long now) {
    if (now - lastCleaned < CLEAN_EVERY_NANOS) {
      return;
    }
    lastCleaned = now;
    for (var queue : idle.values()) {
      var oldest = queue.peekFirst();
      while (oldest != null && now - oldest.idleSince() > MAX_IDLE_NANOS) {
        queue.pollFirst();
        oldest.drop();
        oldest = queue.peekFirst();
      }
    }
  }
}
