package io.iworx.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * What an exchange sees of its client, whatever version of HTTP it speaks: the rest of the request,
 * and the way back. The exchange ends with one of {@link #answerEnd}, {@link #reply} and {@link
 * #abort} and calls nothing afterwards. Runs on the event loop of the client's connection.
 */
interface ClientStream {

  // --- the request's body

  /** Whether all of the request is there. */
  boolean requestRead();

  /** The body is wanted from now on; a client that waits for a sign to send it is given one. */
  void readBody();

  /** No more of the body can be taken, until {@link #resumeBody}. */
  void pauseBody();

  /** More of the body can be taken; it comes on a later turn of the loop. */
  void resumeBody();

  // --- another protocol

  /**
   * The connection is a WebSocket from here on: after the answer, bytes as they are. Never called
   * on a stream of HTTP/2, where nobody can ask for it.
   *
   * @param tunnel reads what the client sends
   * @return what the client sent already; null when that is nothing
   */
  @Nullable ByteBuf upgrade(FullHttpResponse answer, ChannelHandler tunnel);

  // --- the answer

  /** The answer's head as the service gave it, its headers already those the client may see. */
  void answerHead(HttpResponse answer, Exchange exchange);

  /** A piece of the answer's body; the stream releases it. */
  void answerContent(ByteBuf content);

  /** Whether the client takes more of the answer; {@link ExchangeRun#clientWritable} tells then. */
  boolean isWritable();

  /** What was written goes out now. */
  void flush();

  /**
   * The answer is whole.
   *
   * @param trailers the fields behind its body, those the client may see; null for none
   */
  void answerEnd(@Nullable HttpHeaders trailers);

  /**
   * An answer of the gateway's own, in place of the service's.
   *
   * @param broken whether no more of the request can be read
   */
  void reply(Reply reply, Exchange exchange, boolean broken);

  /** The answer has begun and cannot end well: the client must see that it is not whole. */
  void abort();
}
