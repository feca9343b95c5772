package io.iworx.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/**
 * A background check of a target that speaks HTTP/2 in the clear, which the JDK's client does not
 * without asking in HTTP/1.1 first: one request, and the status of its answer. Blocks.
 */
final class Http2Check {
  private static final int STREAM = 1;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;
  private static final int MOST_FRAMES = 100;
  private static final int LARGEST_FRAME = 1 << 14;
  private static final AsciiString HTTP = AsciiString.cached("http");
  private static final AsciiString GET = AsciiString.cached("GET");

  private final Target target;
  private final Duration timeout;

  Http2Check(Target target, Duration timeout) {
    this.target = target;
    this.timeout = timeout;
  }

  /** The status; -1 when the target answers something else. */
  int ask(String path) throws IOException {
    try (var socket = new Socket()) {
      var end = System.nanoTime() + timeout.toNanos();
      socket.connect(new InetSocketAddress(target.host(), target.port()), (int) timeout.toMillis());
      write(socket.getOutputStream(), target.uri(path, null));
      var in = new DataInputStream(socket.getInputStream());
      for (int i = 0; i < MOST_FRAMES && System.nanoTime() - end < 0; i++) {
        socket.setSoTimeout((int) timeout.toMillis());
        var length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        var type = in.readUnsignedByte();
        var flags = in.readUnsignedByte();
        var stream = in.readInt();
        if (length > LARGEST_FRAME) {
          return -1; // no HTTP/2
        }
        var payload = in.readNBytes(length);
        if (type == Http2FrameTypes.HEADERS && stream == STREAM && (flags & END_HEADERS) != 0) {
          return status(Unpooled.wrappedBuffer(payload));
        }
      }
      return -1;
    }
  }

  private void write(OutputStream out, String uri) throws IOException {
    var block = Unpooled.buffer();
    var bytes = Unpooled.buffer();
    try {
      new PlainFields()
          .encodeHeaders(
              STREAM,
              ReadOnlyHttp2Headers.clientHeaders(
                  false,
                  GET,
                  AsciiString.of(uri),
                  HTTP,
                  AsciiString.of(target.hostHeader()),
                  AsciiString.of("accept"),
                  AsciiString.of("application/json")),
              block);
      bytes.writeBytes(Http2CodecUtil.connectionPrefaceBuf());
      frame(bytes, 0, Http2FrameTypes.SETTINGS, 0, 0);
      frame(bytes, block.readableBytes(), Http2FrameTypes.HEADERS, END_STREAM | END_HEADERS, 1);
      bytes.writeBytes(block);
      bytes.readBytes(out, bytes.readableBytes());
    } catch (Http2Exception e) {
      throw new IOException("the check cannot be written", e);
    } finally {
      block.release();
      bytes.release();
    }
  }

  private static void frame(ByteBuf to, int length, int type, int flags, int stream) {
    to.writeMedium(length).writeByte(type).writeByte(flags).writeInt(stream);
  }

  private static int status(ByteBuf block) throws IOException {
    try {
      return Http2UpstreamHead.status(
          new DefaultHttp2HeadersDecoder().decodeHeaders(STREAM, block));
    } catch (Http2Exception e) {
      throw new IOException("the check's answer is no HTTP/2", e);
    } finally {
      block.release();
    }
  }
}
