package io.iworx.gateway;

import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2PromisedRequestVerifier;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One connection to a target that speaks HTTP/2, in the parts that Netty has for it. */
final class Http2UpstreamCodec {
  /** What one answer may bring before its client takes it. */
  private static final int STREAM_WINDOW = 128 << 10;

  /**
   * What all streams may bring before the event loop has looked at it. What their clients do not
   * take counts only for their own windows: one who reads slowly holds up nobody else.
   */
  private static final int CONNECTION_WINDOW = 1 << 20;

  private static final int FRAME = 64 << 10;
  private static final int MAX_HEADER = 64 << 10;
  private static final int MAX_SMALL_CONTINUATIONS = 16;
  private static final float UPDATE_AT = 0.5f;

  private final Http2Connection connection = new DefaultHttp2Connection(false);
  private final Http2Connection.PropertyKey key = connection.newKey();
  private final DefaultHttp2LocalFlowController receiving =
      new DefaultHttp2LocalFlowController(connection, UPDATE_AT, true);
  private final DefaultHttp2RemoteFlowController sending =
      new DefaultHttp2RemoteFlowController(
          connection, new UniformStreamByteDistributor(connection)); // priorities are not used
  private final Http2ConnectionEncoder encoder;
  private final Http2ConnectionDecoder decoder;

  Http2UpstreamCodec() {
    connection.remote().flowController(sending);
    connection.local().flowController(receiving);
    this.encoder =
        new DefaultHttp2ConnectionEncoder(
            connection, new DefaultHttp2FrameWriter(new PlainFields()));
    this.decoder =
        new DefaultHttp2ConnectionDecoder(
            connection,
            encoder,
            new DefaultHttp2FrameReader(
                new DefaultHttp2HeadersDecoder(true, true, MAX_HEADER), MAX_SMALL_CONTINUATIONS),
            Http2PromisedRequestVerifier.ALWAYS_VERIFY,
            true,
            true,
            true);
  }

  Http2ConnectionDecoder decoder() {
    return decoder;
  }

  Http2ConnectionEncoder encoder() {
    return encoder;
  }

  static Http2Settings settings() {
    return new Http2Settings()
        .pushEnabled(false)
        .initialWindowSize(STREAM_WINDOW)
        .maxFrameSize(FRAME)
        .maxHeaderListSize(MAX_HEADER);
  }

  /** Lets the target send for all streams; only once the connection is set up. */
  void openWindow() throws Http2Exception {
    var all = connection.connectionStream();
    receiving.incrementWindowSize(all, CONNECTION_WINDOW - receiving.windowSize(all));
  }

  void whenWritabilityChanges(Consumer<Http2Stream> writability) {
    sending.listener(writability::accept);
  }

  boolean isWritable(Http2Stream stream) {
    return sending.isWritable(stream);
  }

  /** Bytes of an answer have found their client: the target may send as many more. */
  void consumed(Http2Stream stream, int bytes) throws Http2Exception {
    receiving.consumeBytes(stream, bytes);
  }

  void own(Http2Stream stream, Http2UpstreamStream its) {
    stream.setProperty(key, its);
  }

  @Nullable Http2UpstreamStream owner(@Nullable Http2Stream stream) {
    return stream == null ? null : stream.getProperty(key);
  }
}
