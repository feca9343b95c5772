package io.iworx.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What exchanges see of a client's HTTP/1.1 connection: one for all of its requests, since they
 * come one after the other. Runs on the connection's event loop.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails closes the channel: channelInactive tells
final class Http1ClientStream implements ClientStream {
  private final ClientConnection connection;
  private final Core core;
  private final Channel channel;
  private final AnswerEncoder encoder;
  private @Nullable Request request;
  private boolean requestRead = true;
  private boolean awaitsContinue;
  private boolean closeAfter;
  private boolean upgraded;

  Http1ClientStream(
      ClientConnection connection, Core core, Channel channel, AnswerEncoder encoder) {
    this.connection = connection;
    this.core = core;
    this.channel = channel;
    this.encoder = encoder;
  }

  /** The next request has begun; all before it is over. */
  void begin(Request newRequest) {
    request = newRequest;
    requestRead = !newRequest.hasBody();
    awaitsContinue = newRequest.expectsContinue();
    encoder.headOnly(newRequest.method().equals(HttpMethod.HEAD));
  }

  void ended() {
    requestRead = true;
  }

  // --- the request's body

  @Override
  public boolean requestRead() {
    return requestRead;
  }

  @Override
  public void readBody() {
    if (awaitsContinue) {
      awaitsContinue = false; // another attempt at the same request tells nothing new
      channel.writeAndFlush(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
    connection.resume();
  }

  @Override
  public void pauseBody() {
    connection.pause();
  }

  @Override
  public void resumeBody() {
    channel.eventLoop().execute(connection::resumeBody);
  }

  // --- another protocol

  @Override
  public @Nullable ByteBuf upgrade(FullHttpResponse answer, ChannelHandler tunnel) {
    upgraded = true;
    channel.writeAndFlush(answer);
    channel.pipeline().remove(encoder);
    channel.pipeline().addBefore(channel.pipeline().context(connection).name(), null, tunnel);
    return connection.detach();
  }

  // --- the answer

  @Override
  public void answerHead(HttpResponse answer, Exchange exchange) {
    closeAfter = AnswerFraming.frame(exchange.request(), answer) || mustClose(exchange);
    ClientHead.connection(answer.headers(), closeAfter, exchange.request().http10());
    channel.write(new DefaultHttpResponse(HttpVersion.HTTP_1_1, answer.status(), answer.headers()));
  }

  @Override
  public void answerContent(ByteBuf content) {
    channel.write(new DefaultHttpContent(content));
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  public void flush() {
    channel.flush();
  }

  @Override
  public void answerEnd(@Nullable HttpHeaders trailers) {
    if (upgraded) {
      connection.linger();
      return;
    }
    channel.writeAndFlush( // where the answer is not chunked, the encoder leaves trailers out
        trailers == null
            ? LastHttpContent.EMPTY_LAST_CONTENT
            : new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER, trailers));
    connection.finished(closeAfter, requestRead);
  }

  @Override
  public void reply(Reply reply, Exchange exchange, boolean broken) {
    var close = broken || mustClose(exchange);
    channel.writeAndFlush(
        core.clientHead().answer(reply, exchange.correlationId(), exchange, close));
    connection.finished(close, requestRead);
  }

  @Override
  public void abort() {
    connection.abort();
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    channel.close();
  }

  /** Whether the connection must close after an answer that begins now. */
  private boolean mustClose(Exchange exchange) {
    var current = Objects.requireNonNull(request);
    return !current.keepAlive()
        || exchange.isUpgrading() // it may have sent frames already: they are no request
        || core.draining()
        || (!requestRead
            && (awaitsContinue
                || current.bodyLength() > ClientConnection.SMALL_BODY
                || current.bodyLength() == Request.CHUNKED));
  }
}
