package io.iworx.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
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
 * A connection to a target: one exchange at a time, kept afterwards when nothing speaks against it.
 * Runs on the event loop of the pool it belongs to.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails closes the channel: channelInactive tells
final class UpstreamConnection extends ChannelInboundHandlerAdapter {
  private static final int SWITCHING = 101;
  private static final int FIRST_STATUS = 200;
  private static final int LAST_STATUS = 599;

  /** Whose answer the connection carries. */
  interface Listener {
    /** Takes the connection and begins on it; false when it is no longer wanted. */
    boolean connected(UpstreamConnection connection);

    /** There is no connection; nothing was sent. */
    void unreachable(Throwable cause);

    void head(HttpResponse answer);

    /** A piece of the answer; the listener releases it. */
    void answerContent(ByteBuf content);

    /** The last bytes that were there have been handed over. */
    void flushClient();

    void upstreamWritable();

    /** The answer was whole; the connection is no longer the listener's. */
    void complete();

    /** The connection ended before the answer did; it is no longer the listener's. */
    void broken(boolean nothingReceived);
  }

  private final TargetPool pool;
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
  private long idleSince;

  UpstreamConnection(TargetPool pool, Channel channel, AnswerDecoder decoder) {
    this.pool = pool;
    this.channel = channel;
    this.decoder = decoder;
  }

  boolean isActive() {
    return channel.isActive();
  }

  /** Whether another exchange used the connection before this one. */
  boolean wasReused() {
    return uses > 1;
  }

  void begin(Listener newListener, HttpRequest head, boolean headOnly, boolean mayUpgrade) {
    listener = newListener;
    upgrade = mayUpgrade;
    uses++;
    interim = false;
    requestSent = false;
    answered = false;
    decoder.expect(headOnly);
    channel.write(head);
  }

  void write(HttpContent content) {
    channel.write(content);
  }

  void flush() {
    channel.flush();
  }

  boolean isWritable() {
    return channel.isWritable();
  }

  /** The request is whole: from now on the connection can be kept after the answer. */
  void requestSent() {
    requestSent = true;
  }

  void read(boolean on) {
    if (channel.config().isAutoRead() != on) {
      channel.config().setAutoRead(on);
    }
  }

  /** Ends the connection: the exchange on it is over for another reason. */
  void drop() {
    listener = null;
    channel.close();
  }

  /** Another handler has the connection from here on, with what came behind the answer. */
  void become(ChannelHandler other) {
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
    answered = last;
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
    done.complete();
  }

  private void fail() {
    var failed = listener;
    listener = null;
    channel.close();
    if (failed != null) {
      failed.broken(!decoder.received());
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
