package io.iworx.gateway;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client that sends exactly the HTTP/2 frames it is told to, sound or not. */
final class Http2RawClient implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;
  static final int END_STREAM = 1;
  static final int ACK = 1;
  static final int END_HEADERS = 4;

  private static final int MAX_FRAME = 16_384;
  private static final int PATIENCE_MILLIS = 15_000;

  @SuppressWarnings("ArrayRecordComponent") // read once, never compared
  record Frame(int type, int flags, int stream, byte[] payload) {
    boolean ends() {
      return (type == HEADERS || type == DATA) && (flags & END_STREAM) != 0;
    }

    /** The error of a RST_STREAM or a GOAWAY. */
    Http2Error error() {
      return Http2Error.valueOf(ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0));
    }

    int lastStream() {
      return ByteBuffer.wrap(payload).getInt(0);
    }
  }

  /**
   * What came for one stream.
   *
   * @param trailers the fields behind the body; null for none
   * @param error of RST_STREAM; null when the answer is whole
   */
  record Answer(
      int status,
      @Nullable Http2Headers headers,
      String body,
      @Nullable Http2Headers trailers,
      @Nullable Http2Error error) {
    String header(String name) {
      return String.valueOf(headers == null ? null : headers.get(name));
    }

    String trailer(String name) {
      return String.valueOf(trailers == null ? null : trailers.get(name));
    }
  }

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;
  private final DefaultHttp2HeadersDecoder fields = new DefaultHttp2HeadersDecoder(true);
  private final List<Frame> kept = new ArrayList<>();

  /** Connects and greets. */
  Http2RawClient(URI gateway) throws IOException {
    this(gateway, settings());
  }

  Http2RawClient(URI gateway, byte[] settings) throws IOException {
    socket = new Socket(gateway.getHost(), gateway.getPort());
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
    out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    send(SETTINGS, 0, 0, settings);
  }

  /** Pairs of a setting's id and value. */
  static byte[] settings(int... pairs) {
    var bytes = ByteBuffer.allocate(pairs.length * 3);
    for (int i = 0; i < pairs.length; i += 2) {
      bytes.putShort((short) pairs[i]).putInt(pairs[i + 1]);
    }
    return bytes.array();
  }

  static byte[] number(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  // --- what is sent

  Http2RawClient send(int type, int flags, int stream, byte[] payload) throws IOException {
    out.write(payload.length >> 16);
    out.writeShort(payload.length);
    out.write(type);
    out.write(flags);
    out.writeInt(stream);
    out.write(payload);
    return this;
  }

  Http2RawClient get(int stream, String path) throws IOException {
    return headers(stream, true, request("GET", path));
  }

  Http2RawClient post(int stream, String path, String... more) throws IOException {
    return headers(stream, false, request("POST", path, more));
  }

  static String[] request(String method, String path, String... more) {
    var all = new ArrayList<String>();
    all.addAll(List.of(":method", method, ":scheme", "http", ":authority", "g", ":path", path));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  Http2RawClient headers(int stream, boolean end, String... namesAndValues) throws IOException {
    var block = block(namesAndValues);
    var first = Math.min(MAX_FRAME, block.length);
    var ends = first == block.length ? END_HEADERS : 0;
    send(HEADERS, ends | (end ? END_STREAM : 0), stream, Arrays.copyOf(block, first));
    return ends != 0
        ? this
        : send(CONTINUATION, END_HEADERS, stream, Arrays.copyOfRange(block, first, block.length));
  }

  Http2RawClient data(int stream, boolean end, String text) throws IOException {
    return send(DATA, end ? END_STREAM : 0, stream, RecordingUpstream.bytes(text));
  }

  Http2RawClient reset(int stream) throws IOException {
    return send(RST_STREAM, 0, stream, number((int) Http2Error.CANCEL.code()));
  }

  /** Literals without indexing, whatever is in them. */
  static byte[] block(String... namesAndValues) {
    var block = new ByteArrayOutputStream();
    for (int i = 0; i < namesAndValues.length; i++) {
      if (i % 2 == 0) {
        block.write(0);
      }
      var bytes = RecordingUpstream.bytes(namesAndValues[i]);
      integer(block, bytes.length);
      block.writeBytes(bytes);
    }
    return block.toByteArray();
  }

  private static void integer(ByteArrayOutputStream block, int value) {
    if (value < 127) {
      block.write(value);
      return;
    }
    block.write(127);
    var rest = value - 127;
    for (; rest >= 128; rest >>= 7) {
      block.write((rest & 127) | 128);
    }
    block.write(rest);
  }

  // --- what comes

  /** The next frame that is neither a setting nor a window update. */
  Frame next() throws IOException {
    if (!kept.isEmpty()) {
      return kept.removeFirst();
    }
    while (true) {
      var frame = any();
      if (frame.type() == SETTINGS && frame.flags() == 0) {
        send(SETTINGS, ACK, 0, new byte[0]);
      } else if (frame.type() != SETTINGS && frame.type() != WINDOW_UPDATE) {
        return frame;
      }
    }
  }

  Frame any() throws IOException {
    var length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    return new Frame(
        in.readUnsignedByte(), in.readUnsignedByte(), in.readInt(), in.readNBytes(length));
  }

  /** All of one stream's answer; frames of other streams stay for who asks for them. */
  Answer answer(int stream) throws IOException, Http2Exception {
    var others = new ArrayList<Frame>();
    var body = new ByteArrayOutputStream();
    Http2Headers head = null;
    Http2Headers trailers = null;
    while (true) {
      var frame = next();
      if (frame.stream() != stream) {
        others.add(frame);
        continue;
      }
      if (frame.type() == HEADERS) {
        var came = fields.decodeHeaders(stream, Unpooled.wrappedBuffer(frame.payload()));
        trailers = came.status() == null ? came : null;
        head = came.status() == null ? head : came;
      } else if (frame.type() == DATA) {
        body.write(frame.payload());
      }
      if (frame.ends() || frame.type() == RST_STREAM) {
        kept.addAll(0, others);
        return new Answer(
            head == null ? 0 : Integer.parseInt(head.status().toString()),
            head,
            body.toString(StandardCharsets.ISO_8859_1),
            trailers,
            frame.type() == RST_STREAM ? frame.error() : null);
      }
    }
  }

  /** The next answer's status, 100 among them. */
  int status(Frame headers) throws Http2Exception {
    var head = fields.decodeHeaders(headers.stream(), Unpooled.wrappedBuffer(headers.payload()));
    return Integer.parseInt(head.status().toString());
  }

  /** The GOAWAY that ends the connection now; whatever else comes is passed over. */
  Http2Error goAway() throws IOException {
    while (true) {
      var frame = next();
      if (frame.type() == GOAWAY) {
        return frame.error();
      }
    }
  }

  /** Whether the gateway closes; whatever comes before is passed over. */
  boolean isClosed() throws IOException {
    try {
      while (true) {
        any();
      }
    } catch (EOFException | SocketException e) {
      return true;
    }
  }

  Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
