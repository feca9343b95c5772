package io.iworx.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/**
 * One request on a connection to a target that speaks HTTP/2. Answers are handed on as they come;
 * while their client takes no more, the target is not told that it may send more. Runs on the event
 * loop of the connection.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the stream, and closed() tells
final class Http2UpstreamStream implements UpstreamStream {
  private static final int OK = 200;
  private static final int SWITCHING = 101;

  private final Http2UpstreamConnection connection;
  private @Nullable Listener listener;
  private @Nullable Http2Stream stream;
  private boolean headOnly;
  private boolean sent;
  private boolean answered;
  private boolean bodyless;
  private long declared = -1;
  private long received;
  private boolean paused;
  private int owed;
  private boolean refused;

  Http2UpstreamStream(Http2UpstreamConnection connection) {
    this.connection = connection;
  }

  // --- the request

  @Override
  public void begin(
      Listener newListener, HttpRequest head, boolean newHeadOnly, boolean mayUpgrade) {
    listener = newListener;
    headOnly = newHeadOnly;
    sent = head instanceof LastHttpContent;
    stream = connection.begin(this, head, sent);
    if (stream == null) {
      connection.soon(this::closed);
    }
  }

  @Override
  public void write(ByteBuf content) {
    write(content, false);
  }

  @Override
  public void end() {
    sent = true;
    write(Unpooled.EMPTY_BUFFER, true);
  }

  private void write(ByteBuf content, boolean end) {
    if (stream == null) {
      content.release();
      return;
    }
    var context = connection.context();
    connection.encoder().writeData(context, stream.id(), content, 0, end, context.newPromise());
  }

  @Override
  public void flush() {
    connection.flushSoon();
  }

  @Override
  public boolean isWritable() {
    return stream == null || connection.codec().isWritable(stream);
  }

  void writabilityChanged() {
    if (listener != null && isWritable()) {
      listener.upstreamWritable();
    }
  }

  // --- the answer

  @Override
  public void read(boolean on) {
    paused = !on;
    if (on && owed > 0 && stream != null) {
      connection.consumed(stream, owed);
      owed = 0;
    }
  }

  void head(Http2Headers fields, boolean end) {
    if (listener == null) {
      return;
    }
    if (answered) {
      trailers(fields, end);
      return;
    }
    var status = Http2UpstreamHead.status(fields);
    if (status < OK) {
      if (status < 0 || status == SWITCHING || end) {
        malformed();
      }
      return; // others say only that there will be an answer
    }
    var answer = Http2UpstreamHead.answer(status, fields);
    bodyless = headOnly || status == 204 || status == 304;
    if (!soundLength(answer.headers())) {
      malformed();
      return;
    }
    answered = true;
    connection.touched(this);
    listener.head(answer);
    if (end) {
      finish(null);
    }
  }

  private boolean soundLength(HttpHeaders headers) {
    try {
      if (headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
        var length = Framing.bodyLength(headers, false);
        declared = bodyless ? 0 : length;
      }
      return true;
    } catch (RefusedException e) {
      return false;
    }
  }

  private void trailers(Http2Headers fields, boolean end) {
    if (!end || fields.status() != null) {
      malformed();
    } else {
      finish(Http2UpstreamHead.trailers(fields));
    }
  }

  /**
   * Takes a piece of the answer's body.
   *
   * @return bytes that the target may send more of at once
   */
  int data(ByteBuf data, boolean end) {
    var length = data.readableBytes();
    if (listener == null) {
      return length;
    }
    received += length;
    if (!answered || (bodyless && length > 0) || (declared >= 0 && received > declared)) {
      malformed();
      return length;
    }
    connection.touched(this);
    if (length > 0) {
      listener.answerContent(data.retain());
    }
    if (end) {
      finish(null);
    }
    if (!paused || listener == null) {
      return length;
    }
    owed += length;
    return 0;
  }

  /** The last bytes that were there have been handed over. */
  void handedOver() {
    if (listener != null) {
      listener.flushClient();
    }
  }

  private void finish(@Nullable HttpHeaders trailers) {
    var done = listener;
    if (done == null) {
      return;
    }
    if (declared >= 0 && received != declared) {
      malformed();
      return;
    }
    listener = null;
    if (!sent) {
      reset(Http2Error.CANCEL); // the rest of the request is not wanted
    }
    done.complete(trailers);
  }

  // --- ends

  /** The target refuses the request, which it has not looked at. */
  void refused() {
    refused = true;
  }

  /** The stream is closed: all is done, or the target has left it. */
  void closed() {
    lost(loss());
  }

  private Loss loss() {
    if (stream != null && connection.isUnseen(stream)) {
      return Loss.UNSEEN;
    }
    return refused ? Loss.REFUSED : Loss.BROKEN;
  }

  private void malformed() {
    reset(Http2Error.PROTOCOL_ERROR);
    lost(Loss.BROKEN);
  }

  private void lost(Loss loss) {
    var loser = listener;
    listener = null;
    if (loser != null) {
      loser.broken(loss);
    }
  }

  @Override
  public void drop() {
    listener = null;
    reset(Http2Error.CANCEL);
  }

  private void reset(Http2Error error) {
    if (stream == null || stream.state() == Http2Stream.State.CLOSED) {
      return;
    }
    var context = connection.context();
    connection.resetStream(context, stream.id(), error.code(), context.newPromise());
    connection.flushSoon();
  }

  @Override
  public void become(ChannelHandler other) {
    throw new IllegalStateException("HTTP/2 has no upgrade (RFC 9113 §8.6); none was let through.");
  }
}
