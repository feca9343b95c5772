package io.iworx.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 connection to a target: one exchange at a time, kept afterwards when nothing speaks
 * against it. Runs on the event loop of the pool it belongs to.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails closes the channel: channelInactive tells
final class UpstreamConnection extends ChannelInboundHandlerAdapter implements UpstreamStream {
  private static final int SWITCHING = 101;
  private static final int FIRST_STATUS = 200;
  private static final int LAST_STATUS = 599;

  private final Http1Pool pool;
  private final Channel channel;
  private final AnswerDecoder decoder;
  private @Nullable Listener listener;
  private int uses;
  private boolean interim;
  private boolean upgrade;
  private boolean keepAlive;
  private boolean requestSent;
  private boolean answered;
  private boolean poisoned;
  private @Nullable HttpHeaders trailers;
  private long idleSince;

  UpstreamConnection(Http1Pool pool, Channel channel, AnswerDecoder decoder) {
    this.pool = pool;
    this.channel = channel;
    this.decoder = decoder;
  }

  boolean isActive() {
    return channel.isActive();
  }

  @Override
  public void begin(Listener newListener, HttpRequest head, boolean headOnly, boolean mayUpgrade) {
    listener = newListener;
    upgrade = mayUpgrade;
    uses++;
    interim = false;
    requestSent = head instanceof LastHttpContent;
    answered = false;
    trailers = null;
    decoder.expect(headOnly);
    channel.write(head);
  }

  @Override
  public void write(ByteBuf content) {
    channel.write(new DefaultHttpContent(content));
  }

  /** From now on the connection can be kept after the answer. */
  @Override
  public void end() {
    channel.write(LastHttpContent.EMPTY_LAST_CONTENT);
    requestSent = true;
  }

  @Override
  public void flush() {
    channel.flush();
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  public void read(boolean on) {
    if (channel.config().isAutoRead() != on) {
      channel.config().setAutoRead(on);
    }
  }

  /** Ends the connection. */
  @Override
  public void drop() {
    listener = null;
    channel.close();
  }

  @Override
  public void become(ChannelHandler other) {
    listener = null;
    var pipeline = channel.pipeline();
    pipeline.replace(this, null, other);
    pipeline.remove(HttpRequestEncoder.class);
    pipeline.remove(decoder);
  }

  void idleSince(long nanos) {
    idleSince = nanos;
  }

  long idleSince() {
    return idleSince;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (listener == null || answered) {
      ReferenceCountUtil.release(message); // bytes nobody asked for
      poisoned = true;
      channel.close();
      return;
    }
    if (message instanceof HttpObject object && object.decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      fail();
      return;
    }
    if (message instanceof HttpResponse answer) {
      head(answer);
    }
    if (message instanceof HttpContent content) {
      content(content);
    }
  }

  private void head(HttpResponse answer) {
    var code = answer.status().code();
    if (code >= 100 && code < FIRST_STATUS && code != SWITCHING) {
      interim = true;
      return;
    }
    if (code == SWITCHING && upgrade) {
      Objects.requireNonNull(listener).head(answer);
      return;
    }
    if (code < FIRST_STATUS || code > LAST_STATUS || !soundFraming(answer)) {
      fail();
      return;
    }
    keepAlive = HttpUtil.isKeepAlive(answer);
    Objects.requireNonNull(listener).head(answer);
  }

  private static boolean soundFraming(HttpResponse answer) {
    var codings = answer.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
    return codings.isEmpty()
        || (codings.size() == 1 && codings.getFirst().equalsIgnoreCase("chunked"));
  }

  private void content(HttpContent content) {
    var last = content instanceof LastHttpContent;
    if (interim || listener == null) {
      interim = interim && !last;
      content.release();
      return;
    }
    if (content.content().isReadable()) {
      listener.answerContent(content.content());
    } else {
      content.release();
    }
    if (content instanceof LastHttpContent end) {
      answered = true;
      trailers = end.trailingHeaders().isEmpty() ? null : end.trailingHeaders();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (listener == null) {
      return;
    }
    if (answered) {
      // Only now, when all that came with the answer has been looked at, is it known to be clean.
      finish();
    } else {
      listener.flushClient();
    }
  }

  private void finish() {
    var done = Objects.requireNonNull(listener);
    listener = null;
    if (keepAlive && requestSent && !poisoned && !decoder.hasLeftovers() && channel.isActive()) {
      read(true);
      pool.release(this);
    } else {
      channel.close();
    }
    done.complete(trailers);
  }

  private void fail() {
    var failed = listener;
    listener = null;
    channel.close();
    if (failed != null) {
      failed.broken(uses > 1 && !decoder.received() ? Loss.STALE : Loss.BROKEN);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (listener != null && channel.isWritable()) {
      listener.upstreamWritable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    pool.gone(this);
    if (listener != null && answered) {
      finish();
    } else {
      fail();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(); // a reset, or bytes that are no HTTP: what came last is not the end of an answer
  }
}
