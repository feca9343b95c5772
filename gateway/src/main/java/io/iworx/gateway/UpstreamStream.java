package io.iworx.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * What an exchange sees of its target, whatever version of HTTP it speaks: one request, and its
 * answer. Runs on the event loop of the client's connection.
 */
interface UpstreamStream {

  /** How a request was lost, before its answer was whole. */
  enum Loss {
    /**
     * Not looked at: the target goes, and says that it did not get as far (RFC 9113 §6.8, §8.7).
     */
    UNSEEN,
    /** Not looked at: the target refused it (RFC 9113 §8.7). */
    REFUSED,
    /**
     * A kept connection broke without a byte of an answer: most likely the target had closed it, as
     * it may, while the request was on its way.
     */
    STALE,
    /** What became of it is not known. */
    BROKEN
  }

  /** Who gets the stream, and then its answer. */
  interface Listener {
    /** Takes the stream and begins on it; false when it is no longer wanted. */
    boolean connected(UpstreamStream stream);

    /** There is no connection; nothing was sent. */
    void unreachable(Throwable cause);

    void head(HttpResponse answer);

    /** A piece of the answer; the listener releases it. */
    void answerContent(ByteBuf content);

    /** The last bytes that were there have been handed over. */
    void flushClient();

    void upstreamWritable();

    /**
     * The answer was whole; the stream is no longer the listener's.
     *
     * @param trailers the fields behind its body; null for none
     */
    void complete(@Nullable HttpHeaders trailers);

    /** The stream ended before the answer did; it is no longer the listener's. */
    void broken(Loss loss);
  }

  /**
   * Sends the head of a request, which is all of it when it is a {@code LastHttpContent} too.
   *
   * @param headOnly whether the answer has no body, whatever its head says
   * @param mayUpgrade whether the answer may open a WebSocket
   */
  void begin(Listener listener, HttpRequest head, boolean headOnly, boolean mayUpgrade);

  /** Sends a piece of the request's body, and releases it. */
  void write(ByteBuf content);

  /** The request is whole. */
  void end();

  /** What was written goes out now. */
  void flush();

  /** Whether the target takes more of the body; {@link Listener#upstreamWritable} tells then. */
  boolean isWritable();

  /** Whether more of the answer is wanted. */
  void read(boolean on);

  /** Leaves the answer, and the request where it is: the exchange is over for another reason. */
  void drop();

  /**
   * Another handler has the connection from here on, with what came behind the answer. Never called
   * on a stream of HTTP/2.
   */
  void become(ChannelHandler other);
}
