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

/** Opens one event loop's connections to targets; a host name is looked up for each anew. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails closes the channel: channelInactive tells
final class Dialer {
  private final Bootstrap bootstrap;
  private final SslContext tls;
  private final Duration connectTimeout;

  Dialer(
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

  /** Opens a connection for the listener; the pool is told when it is closed or came to nothing. */
  void open(TargetPool pool, UpstreamStream.Listener listener) {
    var address = pool.target().address();
    var connecting =
        bootstrap
            .clone()
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    assemble(channel, pool, address);
                  }
                })
            .connect(address.host(), address.port());
    connecting.channel().closeFuture().addListener(_ -> pool.closed());
    connecting.addListener((ChannelFutureListener) it -> opened(it, pool, address, listener));
  }

  private void assemble(Channel channel, TargetPool pool, Target address) {
    var decoder = new AnswerDecoder();
    if (address.tls()) {
      var handler = tls.newHandler(channel.alloc(), address.host(), address.port());
      handler.setHandshakeTimeoutMillis(connectTimeout.toMillis());
      channel.pipeline().addLast(handler);
    }
    channel
        .pipeline()
        .addLast(decoder, new HttpRequestEncoder())
        .addLast(new UpstreamConnection(pool, channel, decoder));
  }

  private static void opened(
      ChannelFuture future, TargetPool pool, Target address, UpstreamStream.Listener listener) {
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

  private static void hand(Channel channel, TargetPool pool, UpstreamStream.Listener listener) {
    var connection = Objects.requireNonNull(channel.pipeline().get(UpstreamConnection.class));
    if (!listener.connected(connection)) {
      pool.release(connection);
    }
  }
}
