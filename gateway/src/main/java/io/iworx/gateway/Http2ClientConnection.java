package io.iworx.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection that speaks HTTP/2: many requests at once, each a {@link
 * Http2ClientStream}. All methods run on its event loop. What the streams have to send goes out
 * together, at the end of the loop's turn.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails closes the channel: channelInactive tells
final class Http2ClientConnection extends Http2ConnectionHandler implements Loop.Timed {
  private static final Logger log = LoggerFactory.getLogger(Http2ClientConnection.class);
  private static final Duration BETWEEN_GOAWAYS = Duration.ofMillis(250);

  private final Core core;
  private final Loop loop;
  private final Peer peer;
  private final Http2Codec codec;
  private final List<Http2ClientStream> fed = new ArrayList<>();
  private @Nullable ChannelHandlerContext context;
  private boolean flushes;
  private long idleSince = System.nanoTime();
  private long goAwayAt;
  private boolean leaving;
  private boolean ending;

  Http2ClientConnection(Core core, Loop loop, Peer peer, Http2Codec codec) {
    super(codec.decoder(), codec.encoder(), codec.settings());
    this.core = core;
    this.loop = loop;
    this.peer = peer;
    this.codec = codec;
    gracefulShutdownTimeoutMillis(core.limits.drainTimeout().toMillis());
    decoder().frameListener(new Frames());
    codec.whenStreamsChange(this::writable, this::closed);
  }

  Loop loop() {
    return loop;
  }

  Core core() {
    return core;
  }

  Peer peer() {
    return peer;
  }

  Http2Codec codec() {
    return codec;
  }

  ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  // --- the channel

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    context = ctx;
    loop.add(this);
    super.handlerAdded(ctx);
    codec.openWindow();
    ctx.flush();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    core.connections.decrementAndGet(); // counted by the ClientConnection that was here before
    loop.remove(this);
    super.channelInactive(ctx);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    if (!fed.isEmpty()) {
      fed.forEach(Http2ClientStream::flushUpstream);
      fed.clear();
    }
    super.channelReadComplete(ctx);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
    if (cause instanceof IOException || cause instanceof DecoderException) { // of TLS
      log.debug("[API Gateway] a client's connection broke: {}", cause.getMessage());
    } else {
      log.error("[API Gateway] an exchange failed inside the gateway", cause);
    }
    ctx.channel().close();
  }

  @Override
  protected void onStreamError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      Http2Exception.StreamException broken) {
    if (broken instanceof Http2Exception.HeaderListSizeException tooLarge
        && tooLarge.duringDecode()
        && connection().stream(broken.streamId()) == null) {
      refuse(broken.streamId(), Problem.HEADER_TOO_LARGE);
    } else {
      super.onStreamError(ctx, outbound, cause, broken);
    }
  }

  /** Answers a stream whose fields nobody has seen. */
  private void refuse(int streamId, Problem problem) {
    try {
      var stream = connection().remote().createStream(streamId, false);
      new Http2ClientStream(this, stream, -1).refuse(problem);
    } catch (Http2Exception e) {
      onError(context(), false, e);
    }
  }

  /** Lets out what is written, once the loop has done what else it has to do now. */
  void flushSoon() {
    if (!flushes) {
      flushes = true;
      context().executor().execute(this::flushNow);
    }
  }

  private void flushNow() {
    flushes = false;
    if (context().channel().isActive()) {
      flush(context());
    }
  }

  /** The stream has given its exchange some of the request. */
  void fed(Http2ClientStream stream) {
    fed.add(stream);
  }

  // --- streams

  private void request(int streamId, Http2Fields fields, boolean ended) throws Http2Exception {
    var stream = connection().stream(streamId);
    Request request;
    try {
      request = fields.request(ended, core.limits);
    } catch (RefusedException e) {
      new Http2ClientStream(this, stream, -1).refuse(e.problem());
      return;
    }
    if (request == null) {
      throw Http2Exception.streamError(streamId, Http2Error.PROTOCOL_ERROR, "malformed request");
    }
    var client = new Http2ClientStream(this, stream, fields.declaredLength());
    client.start(core.exchange(request, peer), ended);
  }

  private void trailers(Http2ClientStream stream, int streamId, Http2Fields fields)
      throws Http2Exception {
    if (!fields.soundTrailers()) {
      throw Http2Exception.streamError(streamId, Http2Error.PROTOCOL_ERROR, "malformed trailers");
    }
    stream.receive(Unpooled.EMPTY_BUFFER, true); // nothing of them is ever merged into the header
  }

  private void writable(Http2Stream stream) {
    var client = codec.client(stream);
    if (client != null) {
      client.writabilityChanged();
    }
  }

  private void closed(Http2Stream stream) {
    var client = codec.client(stream);
    if (client != null) {
      client.closed();
    }
    idleSince = System.nanoTime();
  }

  // --- time

  @Override
  public void tick(long now) {
    codec.tick(now);
    if (connection().numActiveStreams() > 0) {
      for (var client : codec.clients()) {
        client.tick(now);
      }
    } else if (now - idleSince > core.limits.idleTimeout().toNanos()) {
      context().channel().close();
      return;
    }
    if (core.draining()) {
      drain(now);
    }
  }

  /**
   * First says that there will be an end, then, when that has surely arrived, where: a request sent
   * in between is answered (RFC 9113 §6.8).
   */
  private void drain(long now) {
    if (!leaving) {
      leaving = true;
      goAwayAt = now + BETWEEN_GOAWAYS.toNanos();
      goAway(Integer.MAX_VALUE);
    } else if (!ending && now - goAwayAt >= 0) {
      ending = true;
      goAway(connection().remote().lastStreamCreated());
      context().channel().close(); // once the streams are done
    }
  }

  private void goAway(int lastStream) {
    var context = context();
    goAway(
        context,
        lastStream,
        Http2Error.NO_ERROR.code(),
        Unpooled.EMPTY_BUFFER,
        context.newPromise());
    context.flush();
  }

  /** What the decoder says. */
  private final class Frames extends Http2FrameAdapter {
    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean end)
        throws Http2Exception {
      var stream = codec.client(connection().stream(streamId));
      var fields = (Http2Fields) headers;
      if (stream == null) {
        request(streamId, fields, end);
      } else {
        trailers(stream, streamId, fields);
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
        boolean end)
        throws Http2Exception {
      onHeadersRead(ctx, streamId, headers, padding, end);
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean end)
        throws Http2Exception {
      var stream = Objects.requireNonNull(codec.client(connection().stream(streamId)));
      return stream.receive(data, end) + padding;
    }
  }
}
