package io.iworx.gateway;

import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2PromisedRequestVerifier;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One client connection's HTTP/2 in the parts that Netty has for it, each with its bound. */
final class Http2Codec {
  /** What one stream may send before its exchange wants it; the protocol's default. */
  private static final int STREAM_WINDOW = 65_535;

  /** The same for all streams of a connection: a bound for what one client can have us keep. */
  private static final int CONNECTION_WINDOW = 1 << 20;

  private static final int MAX_SMALL_CONTINUATIONS = 16;

  private final Limits limits;
  private final Http2Connection connection = new DefaultHttp2Connection(true);
  private final Http2Connection.PropertyKey client = connection.newKey();
  private final DefaultHttp2RemoteFlowController sending =
      new DefaultHttp2RemoteFlowController(
          connection, new UniformStreamByteDistributor(connection)); // priorities are ignored
  private final CountedFrames frames;
  private final Http2ConnectionEncoder encoder;
  private final Http2ConnectionDecoder decoder;

  Http2Codec(Limits limits) {
    this.limits = limits;
    connection.remote().maxActiveStreams(limits.http2().maxStreams()); // acknowledged or not
    connection.remote().flowController(sending);
    this.encoder =
        new DefaultHttp2ConnectionEncoder(
            connection, new DefaultHttp2FrameWriter(new PlainFields()));
    this.frames =
        new CountedFrames(
            new DefaultHttp2FrameReader(
                new FieldsDecoder(headerList(limits)), MAX_SMALL_CONTINUATIONS),
            limits.http2());
    this.decoder =
        new DefaultHttp2ConnectionDecoder(
            connection,
            encoder,
            frames,
            Http2PromisedRequestVerifier.ALWAYS_VERIFY,
            true,
            true,
            false);
  }

  private static long headerList(Limits limits) {
    return (long) limits.maxHeader() + limits.maxUri();
  }

  Http2ConnectionDecoder decoder() {
    return decoder;
  }

  Http2ConnectionEncoder encoder() {
    return encoder;
  }

  Http2Settings settings() {
    return new Http2Settings()
        .maxConcurrentStreams(limits.http2().maxStreams())
        .initialWindowSize(STREAM_WINDOW)
        .maxHeaderListSize(headerList(limits));
  }

  /** Lets the client send for all its streams; only once the connection is set up. */
  void openWindow() throws Http2Exception {
    var all = connection.connectionStream();
    decoder.flowController().incrementWindowSize(all, CONNECTION_WINDOW - STREAM_WINDOW);
  }

  void whenStreamsChange(Consumer<Http2Stream> writability, Consumer<Http2Stream> closed) {
    sending.listener(writability::accept);
    connection.addListener(
        new Http2ConnectionAdapter() {
          @Override
          public void onStreamClosed(Http2Stream stream) {
            closed.accept(stream);
          }
        });
  }

  void tick(long now) {
    frames.tick(now);
  }

  // --- streams

  void client(Http2Stream stream, Http2ClientStream itsClient) {
    stream.setProperty(client, itsClient);
  }

  @Nullable Http2ClientStream client(Http2Stream stream) {
    return stream.getProperty(client);
  }

  /** The clients of the streams that are open: what is done to one may close it. */
  List<Http2ClientStream> clients() {
    var clients = new ArrayList<Http2ClientStream>(connection.numActiveStreams());
    try {
      connection.forEachActiveStream(
          stream -> {
            var its = client(stream);
            if (its != null) {
              clients.add(its);
            }
            return true;
          });
    } catch (Http2Exception e) {
      throw new IllegalStateException(e); // nothing above throws it
    }
    return clients;
  }

  boolean isWritable(Http2Stream stream) {
    return sending.isWritable(stream);
  }

  /** Bytes of an answer's body go out. */
  void sent(int bytes) {
    frames.sent(bytes);
  }

  /** Bytes of a request's body have found their exchange: the client may send as many more. */
  void consumed(Http2Stream stream, int bytes) throws Http2Exception {
    decoder.flowController().consumeBytes(stream, bytes);
  }

  /** Header blocks to {@link Http2Fields}, which check what Netty would. */
  private static final class FieldsDecoder extends DefaultHttp2HeadersDecoder {
    FieldsDecoder(long maxHeaderList) {
      super(false, maxHeaderList);
    }

    @Override
    protected Http2Headers newHeaders() {
      return new Http2Fields();
    }
  }
}
