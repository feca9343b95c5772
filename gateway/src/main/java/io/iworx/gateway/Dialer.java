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
import java.util.Objects;
import java.util.function.Consumer;

/** Opens one event loop's connections to targets; a host name is looked up for each anew. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails closes the channel: channelInactive tells
final class Dialer {
  private final Bootstrap bootstrap;
  private final TargetTls tls;
  private final Duration connectTimeout;

  Dialer(EventLoop loop, Transport transport, OffLoopNames names, TargetTls tls, Duration connect) {
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

  /** Opens a connection for the listener; the pool is told when it is closed or came to nothing. */
  void open(Http1Pool pool, UpstreamStream.Listener listener) {
    var address = pool.target().address();
    var connecting = connect(pool, address, it -> assemble(it, pool, address));
    connecting.addListener((ChannelFutureListener) it -> opened(it, pool, address, listener));
  }

  /** Opens a connection that speaks HTTP/2, which tells the pool itself what became of it. */
  void open(Http2Pool pool, Http2UpstreamConnection connection) {
    var address = pool.target().address();
    connection.opening(connectTimeout);
    connect(pool, address, it -> assemble(it, connection, address))
        .addListener(
            (ChannelFutureListener)
                it -> {
                  if (!it.isSuccess()) {
                    connection.unreachable(it.cause());
                  }
                });
  }

  private ChannelFuture connect(TargetPool pool, Target address, Consumer<Channel> assembly) {
    var connecting =
        bootstrap
            .clone()
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    assembly.accept(channel);
                  }
                })
            .connect(address.host(), address.port());
    connecting.channel().closeFuture().addListener(_ -> pool.closed());
    return connecting;
  }

  private void assemble(Channel channel, Http1Pool pool, Target address) {
    var decoder = new AnswerDecoder();
    if (address.tls()) {
      channel.pipeline().addLast(encryption(tls.http1(), channel, address));
    }
    channel
        .pipeline()
        .addLast(decoder, new HttpRequestEncoder())
        .addLast(new UpstreamConnection(pool, channel, decoder));
  }

  private void assemble(Channel channel, Http2UpstreamConnection connection, Target address) {
    if (address.tls()) {
      channel.pipeline().addLast(encryption(tls.http2(), channel, address));
    }
    channel.pipeline().addLast(connection);
  }

  private SslHandler encryption(SslContext context, Channel channel, Target address) {
    var handler = context.newHandler(channel.alloc(), address.host(), address.port());
    handler.setHandshakeTimeoutMillis(connectTimeout.toMillis());
    return handler;
  }

  private static void opened(
      ChannelFuture future, Http1Pool pool, Target address, UpstreamStream.Listener listener) {
    if (!future.isSuccess()) {
      listener.unreachable(future.cause());
      return;
    }
    var channel = future.channel();
    if (!address.tls()) {
      hand(channel, pool, listener);
      return;
    }
    Objects.requireNonNull(channel.pipeline().get(SslHandler.class))
        .handshakeFuture()
        .addListener(
            handshake -> {
              if (handshake.isSuccess()) {
                hand(channel, pool, listener);
              } else {
                channel.close();
                listener.unreachable(handshake.cause());
              }
            });
  }

  private static void hand(Channel channel, Http1Pool pool, UpstreamStream.Listener listener) {
    var connection = Objects.requireNonNull(channel.pipeline().get(UpstreamConnection.class));
    if (!listener.connected(connection)) {
      pool.release(connection);
    }
  }
}
