package io.iworx.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to a target that speaks HTTP/2: many requests at once, each a {@link
 * Http2UpstreamStream}. Those who come before the target has greeted ride along until it has. All
 * methods run on its event loop. What the streams have to send goes out together, at the end of the
 * loop's turn.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails closes the channel: channelInactive tells
final class Http2UpstreamConnection extends Http2ConnectionHandler {
  private static final Logger log = LoggerFactory.getLogger(Http2UpstreamConnection.class);

  /** Requests at once on a connection, where the target allows as many. */
  static final int MOST_STREAMS = 1_000;

  /** How many are thought to fit before the target has said it: as many as RFC 9113 recommends. */
  private static final int EXPECTED_STREAMS = 100;

  private static final int LAST_STREAM = Integer.MAX_VALUE - 2;

  private final Http2Pool pool;
  private final Http2UpstreamCodec codec;
  private final List<Http2UpstreamStream> touched = new ArrayList<>();
  private final Silence silence = new Silence();
  private @Nullable List<UpstreamStream.Listener> riders = new ArrayList<>(1);
  private @Nullable ChannelHandlerContext context;
  private long patienceNanos;
  private boolean flushes;
  private boolean leaving;

  Http2UpstreamConnection(Http2Pool pool) {
    this(pool, new Http2UpstreamCodec());
  }

  private Http2UpstreamConnection(Http2Pool pool, Http2UpstreamCodec codec) {
    super(codec.decoder(), codec.encoder(), Http2UpstreamCodec.settings());
    this.pool = pool;
    this.codec = codec;
    gracefulShutdownTimeoutMillis(0);
    decoder().frameListener(new Frames());
    connection().addListener(new Streams());
    codec.whenWritabilityChanges(this::writable);
  }

  Http2UpstreamCodec codec() {
    return codec;
  }

  ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  // --- who gets a stream

  boolean hasRoom() {
    if (riders != null) {
      return riders.size() < EXPECTED_STREAMS;
    }
    var local = connection().local();
    return !leaving
        && local.numActiveStreams() < Math.min(MOST_STREAMS, local.maxActiveStreams())
        && local.lastStreamCreated() < LAST_STREAM
        && context().channel().isActive();
  }

  /** Gives the listener a stream: now, or once the target has greeted. */
  void take(UpstreamStream.Listener listener) {
    if (riders != null) {
      riders.add(listener);
    } else {
      listener.connected(new Http2UpstreamStream(this));
    }
  }

  /** The listener waits no longer, if it did. */
  void leave(UpstreamStream.Listener listener) {
    if (riders != null) {
      riders.remove(listener);
    }
  }

  /** Takes no more requests, and closes when those it has are over. */
  void retire() {
    if (riders == null) {
      leaving = true;
      closeWhenDone();
    }
  }

  // --- the channel

  /**
   * The connection is to open.
   *
   * @param newPatience how long the target may take to greet, and later to answer a PING
   */
  void opening(Duration newPatience) {
    patienceNanos = newPatience.toNanos();
  }

  /** No connection came about. */
  void unreachable(Throwable cause) {
    var waiting = riders;
    riders = null;
    leaving = true;
    pool.gone(this);
    if (waiting != null) {
      waiting.forEach(it -> it.unreachable(cause));
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    context = ctx;
    super.handlerAdded(ctx);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws Exception {
    super.channelActive(ctx);
    silence.heard();
    codec.openWindow();
    ctx.flush();
  }

  /** A target that has not agreed to HTTP/2 (ALPN) is not spoken to. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (!handshake.isSuccess()) {
        unreachable(handshake.cause());
      } else if (!ApplicationProtocolNames.HTTP_2.equals(
          ctx.pipeline().get(SslHandler.class).applicationProtocol())) {
        unreachable(new ConnectException("The target did not agree to HTTP/2 (ALPN)."));
        ctx.close();
      }
    }
    super.userEventTriggered(ctx, event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    leaving = true;
    unreachable(new ConnectException("The target closed the connection before it greeted."));
    super.channelInactive(ctx);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    if (!touched.isEmpty()) {
      touched.forEach(Http2UpstreamStream::handedOver);
      touched.clear();
    }
    super.channelReadComplete(ctx);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
    if (cause instanceof IOException || cause instanceof DecoderException) { // of TLS
      log.debug("[API Gateway] a connection to {} broke: {}", pool.target(), cause.getMessage());
      ctx.close();
    } else {
      super.exceptionCaught(ctx, cause);
    }
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext ctx, boolean outbound, Throwable cause, @Nullable Http2Exception e) {
    log.debug("[API Gateway] {} does not speak HTTP/2: {}", pool.target(), cause.getMessage());
    unreachable(cause);
    super.onConnectionError(ctx, outbound, cause, e);
  }

  private void greeted() {
    var waiting = riders;
    riders = null;
    if (waiting == null) {
      pool.serveWaiting(); // the target may allow more now
      return;
    }
    for (var rider : waiting) {
      if (hasRoom()) {
        take(rider);
      } else {
        pool.returned(rider);
      }
    }
  }

  // --- streams

  /** Sends a head; null when that is not possible. */
  @Nullable Http2Stream begin(Http2UpstreamStream its, HttpRequest head, boolean end) {
    var id = connection().local().incrementAndGetNextStreamId();
    if (id < 0 || leaving) {
      return null;
    }
    var ctx = context();
    var fields = Http2UpstreamHead.request(head, pool.target().address().tls());
    encoder().writeHeaders(ctx, id, fields, 0, end, ctx.newPromise());
    var stream = connection().stream(id);
    if (stream != null) {
      codec.own(stream, its);
      silence.asked();
    }
    return stream;
  }

  /** The stream has handed its exchange some of the answer. */
  void touched(Http2UpstreamStream stream) {
    if (touched.isEmpty() || touched.getLast() != stream) {
      touched.add(stream);
    }
  }

  void consumed(Http2Stream stream, int bytes) {
    try {
      codec.consumed(stream, bytes);
      flushSoon();
    } catch (Http2Exception e) {
      onError(context(), true, e);
    }
  }

  void soon(Runnable action) {
    context().executor().execute(action);
  }

  /** Lets out what is written, once the loop has done what else it has to do now. */
  void flushSoon() {
    if (!flushes) {
      flushes = true;
      soon(this::flushNow);
    }
  }

  private void flushNow() {
    flushes = false;
    if (context().channel().isActive()) {
      flush(context());
    }
  }

  /** Whether the target goes, and has said that it did not get as far as this stream. */
  boolean isUnseen(Http2Stream stream) {
    return connection().goAwayReceived()
        && stream.id() > connection().local().lastStreamKnownByPeer();
  }

  private void writable(Http2Stream stream) {
    var its = codec.owner(stream);
    if (its != null) {
      its.writabilityChanged();
    }
  }

  private void closeWhenDone() {
    if (leaving && connection().numActiveStreams() == 0) {
      soon(() -> context().channel().close());
    }
  }

  // --- time

  void tick(long now) {
    if (riders != null) {
      if (context().channel().isActive() && silence.lastsFor(now) > patienceNanos) {
        unreachable(new ConnectException("The target did not greet in time."));
        context().close();
      }
    } else if (connection().numActiveStreams() > 0) {
      switch (silence.turn(now, patienceNanos)) {
        case PING -> {
          encoder().writePing(context(), false, now, context().newPromise());
          flush(context());
        }
        case DEAD -> {
          log.warn("[API Gateway] {} answers nothing on a connection: closed", pool.target());
          leaving = true;
          context().close(); // past the codec: it would say goodbye, and nothing can be written
        }
        case WAIT -> {}
      }
    } else if (silence.lastsFor(now) > TargetPool.MAX_IDLE_NANOS || pool.target().retired()) {
      retire();
    }
  }

  private final class Streams extends Http2ConnectionAdapter {
    @Override
    public void onStreamClosed(Http2Stream stream) {
      var its = codec.owner(stream);
      if (its != null) {
        its.closed();
      }
      closeWhenDone();
      if (pool.someWait()) {
        soon(pool::serveWaiting);
      }
    }

    @Override
    public void onGoAwayReceived(int lastStreamId, long errorCode, ByteBuf text) {
      leaving = true;
      closeWhenDone();
    }
  }

  /** What the decoder says. */
  private final class Frames extends Http2FrameAdapter {
    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
      silence.heard();
      greeted();
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean end) {
      silence.heard();
      var its = codec.owner(connection().stream(streamId));
      if (its != null) {
        its.head(headers, end);
      }
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int dependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean end) {
      onHeadersRead(ctx, streamId, headers, padding, end);
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean end) {
      silence.heard();
      var its = codec.owner(connection().stream(streamId));
      return padding + (its == null ? data.readableBytes() : its.data(data, end));
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) {
      silence.heard();
      var its = codec.owner(connection().stream(streamId));
      if (its != null && errorCode == Http2Error.REFUSED_STREAM.code()) {
        its.refused();
      }
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext ctx, long sent) {
      silence.heard();
    }
  }
}
