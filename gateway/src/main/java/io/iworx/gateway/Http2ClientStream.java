package io.iworx.gateway;

import io.iworx.correlation.Uuid7;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/**
 * One request on a client's HTTP/2 connection. What the exchange does not take yet waits here, as
 * much as the stream's window lets the client send. What is to be sent last is held back until it
 * is known whether more follows, so that it can carry the end of the stream.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the stream, and closed() tells
final class Http2ClientStream implements ClientStream {
  private final Http2ClientConnection connection;
  private final Http2Stream stream;
  private final long declared;
  private @Nullable ExchangeRun run;

  private long received;
  private @Nullable ByteBuf waiting;
  private boolean ended;
  private boolean requestRead;
  private boolean awaitsContinue;
  private boolean wanted;
  private boolean paused;

  private @Nullable Http2Headers head;
  private @Nullable ByteBuf piece;
  private @Nullable HttpHeaders trailers;
  private boolean answered;
  private long deadline;

  /**
   * @param declared bytes the request says its body has; -1 when it says nothing
   */
  Http2ClientStream(Http2ClientConnection connection, Http2Stream stream, long declared) {
    this.connection = connection;
    this.stream = stream;
    this.declared = declared;
    connection.codec().client(stream, this);
  }

  void start(Exchange exchange, boolean hasEnded) {
    ended = hasEnded;
    requestRead = hasEnded;
    awaitsContinue = exchange.request().expectsContinue();
    var begun = new ExchangeRun(connection.core(), connection.loop(), exchange, this);
    run = begun;
    begun.start();
  }

  // --- the request's body

  /**
   * Takes a piece of the body, and its end.
   *
   * @return bytes that the client may send more of at once
   */
  int receive(ByteBuf data, boolean end) throws Http2Exception {
    var length = data.readableBytes();
    received += length;
    ended |= end;
    if (declared >= 0 && (received > declared || (end && received < declared))) {
      throw Http2Exception.streamError(
          stream.id(), Http2Error.PROTOCOL_ERROR, "the body is not as long as its content-length");
    }
    if (run == null) {
      return length; // answered already
    }
    if (wanted && !paused && waiting == null) {
      hand(data.retain());
      return length;
    }
    if (length > 0) {
      // Copied: a piece of one byte would else keep the whole buffer that it came with.
      waiting = waiting == null ? connection.context().alloc().buffer(length) : waiting;
      waiting.writeBytes(data);
    }
    return 0;
  }

  private void hand(ByteBuf content) {
    var to = run;
    if (to == null) {
      content.release();
      return;
    }
    connection.fed(this);
    if (content.isReadable()) {
      to.content(content);
    } else {
      content.release();
    }
    if (ended && run != null) {
      requestRead = true;
      to.end();
    }
  }

  private void handWaiting() {
    if (!wanted || paused || requestRead || (waiting == null && !ended)) {
      return;
    }
    var content = waiting == null ? Unpooled.EMPTY_BUFFER : waiting;
    waiting = null;
    consumed(content.readableBytes());
    hand(content);
  }

  private void consumed(int bytes) {
    try {
      if (bytes > 0) {
        connection.codec().consumed(stream, bytes);
        connection.flushSoon();
      }
    } catch (Http2Exception e) {
      connection.onError(connection.context(), true, e);
    }
  }

  @Override
  public boolean requestRead() {
    return requestRead;
  }

  @Override
  public void readBody() {
    if (awaitsContinue) {
      awaitsContinue = false;
      headers(Http2Answer.CONTINUE, false);
      connection.flushSoon();
    }
    wanted = true;
    handWaiting();
  }

  @Override
  public void pauseBody() {
    paused = true;
  }

  @Override
  public void resumeBody() {
    connection.loop().executor().execute(this::resume);
  }

  private void resume() {
    paused = false;
    handWaiting();
    flushUpstream();
  }

  void flushUpstream() {
    if (run != null) {
      run.flushUpstream();
    }
  }

  @Override
  public @Nullable ByteBuf upgrade(FullHttpResponse answer, ChannelHandler tunnel) {
    throw new IllegalStateException("HTTP/2 has no upgrade (RFC 9113 §8.6); none was let through.");
  }

  // --- the answer

  @Override
  public void answerHead(HttpResponse answer, Exchange exchange) {
    head = Http2Answer.of(answer.status().code(), answer.headers());
  }

  @Override
  public void answerContent(ByteBuf content) {
    send(false);
    piece = content;
  }

  @Override
  public boolean isWritable() {
    return connection.codec().isWritable(stream);
  }

  void writabilityChanged() {
    if (run != null) {
      run.clientWritable(isWritable());
    }
  }

  @Override
  public void flush() {
    send(false);
    connection.flushSoon();
  }

  @Override
  public void answerEnd(@Nullable HttpHeaders newTrailers) {
    trailers = newTrailers;
    end();
  }

  @Override
  public void reply(Reply reply, Exchange exchange, boolean broken) {
    reply(reply, exchange.correlationId(), exchange);
  }

  /** Answers what is no exchange. */
  void refuse(Problem problem) {
    var correlationId = Uuid7.next();
    connection.core().hops.refused(correlationId, connection.peer(), problem.status());
    reply(problem.reply(correlationId), correlationId, null);
  }

  private void reply(Reply reply, String correlationId, @Nullable Exchange exchange) {
    var method = exchange == null ? null : exchange.request().method();
    var headers = Http2Answer.fields();
    connection
        .core()
        .clientHead()
        .own(headers, reply, correlationId, method, exchange == null ? null : exchange.origin());
    head = Http2Answer.of(reply.status(), headers);
    if (reply.body().length > 0 && !HttpMethod.HEAD.equals(method)) {
      piece = Unpooled.wrappedBuffer(reply.body());
    }
    end();
  }

  @Override
  public void abort() {
    run = null;
    drop();
    reset(Http2Error.INTERNAL_ERROR);
  }

  private void reset(Http2Error error) {
    if (stream.state() == Http2Stream.State.CLOSED) {
      return;
    }
    var context = connection.context();
    connection.resetStream(context, stream.id(), error.code(), context.newPromise());
    connection.flushSoon();
  }

  /** Sends what is held back, and the end of the stream with it. */
  private void end() {
    run = null;
    answered = true;
    deadline = System.nanoTime() + connection.core().limits.bodyTimeout().toNanos();
    releaseWaiting();
    var last = send(true);
    if (!ended) {
      last.addListener(_ -> reset(Http2Error.NO_ERROR)); // the rest of the request is not wanted
    }
    connection.flushSoon();
  }

  private ChannelFuture send(boolean end) {
    var context = connection.context();
    var content = piece;
    var more = !end || trailers != null;
    ChannelFuture last = null;
    piece = null;
    if (head != null) {
      last = headers(head, !more && content == null);
      head = null;
    } else if (!more && content == null) {
      content = Unpooled.EMPTY_BUFFER;
    }
    if (content != null) {
      connection.codec().sent(content.readableBytes());
      last =
          connection
              .encoder()
              .writeData(context, stream.id(), content, 0, !more, context.newPromise());
    }
    if (end && trailers != null) {
      last = headers(Http2Answer.trailers(trailers), true);
    }
    return last == null ? context.newSucceededFuture() : last;
  }

  private ChannelFuture headers(Http2Headers fields, boolean end) {
    var context = connection.context();
    return connection
        .encoder()
        .writeHeaders(context, stream.id(), fields, 0, end, context.newPromise());
  }

  // --- the end of it

  /** The stream is closed: all is done, or the client has left it. */
  void closed() {
    var current = run;
    run = null;
    drop();
    if (current != null) {
      current.clientGone();
    }
  }

  private void drop() {
    head = null;
    if (piece != null) {
      piece.release();
      piece = null;
    }
    releaseWaiting();
  }

  private void releaseWaiting() {
    if (waiting != null) {
      consumed(waiting.readableBytes());
      waiting.release();
      waiting = null;
    }
  }

  void tick(long now) {
    if (run != null) {
      run.tick(now);
    } else if (answered && now - deadline >= 0) {
      reset(Http2Error.CANCEL); // what is written is not read
    }
  }
}
