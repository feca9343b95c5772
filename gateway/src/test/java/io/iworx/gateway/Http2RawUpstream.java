package io.iworx.gateway;

import static io.iworx.gateway.Http2RawClient.ACK;
import static io.iworx.gateway.Http2RawClient.DATA;
import static io.iworx.gateway.Http2RawClient.END_HEADERS;
import static io.iworx.gateway.Http2RawClient.END_STREAM;
import static io.iworx.gateway.Http2RawClient.GOAWAY;
import static io.iworx.gateway.Http2RawClient.HEADERS;
import static io.iworx.gateway.Http2RawClient.PING;
import static io.iworx.gateway.Http2RawClient.RST_STREAM;
import static io.iworx.gateway.Http2RawClient.SETTINGS;
import static io.iworx.gateway.Http2RawClient.WINDOW_UPDATE;
import static io.iworx.gateway.Http2RawClient.number;

import io.iworx.gateway.Http2RawClient.Frame;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/** A server that speaks HTTP/2 by hand, frame for frame, as it is told to. */
final class Http2RawUpstream implements AutoCloseable {
  private static final int PREFACE = 24;

  /** A request that has begun; its body grows. */
  record Received(Connection on, int stream, Http2Headers head, ByteArrayOutputStream body) {
    String field(String name) {
      return String.valueOf(head.get(name));
    }

    String text() {
      return body.toString(StandardCharsets.ISO_8859_1);
    }

    void answer(String text, String... more) throws IOException {
      on.headers(stream, false, status("200", more)).data(stream, true, text);
    }

    static String[] status(String status, String... more) {
      return IntStream.range(0, more.length + 2)
          .mapToObj(i -> i == 0 ? ":status" : i == 1 ? status : more[i - 2])
          .toArray(String[]::new);
    }
  }

  /** What is done with a request, as soon as its head is there or when it is whole. */
  @FunctionalInterface
  interface Answer {
    void to(Received request) throws Exception;
  }

  private final ServerSocket server;
  private final byte[] settings;
  private volatile Answer atHead = _ -> {};
  private volatile Answer atEnd = request -> request.answer("{}");
  private volatile boolean opensWindows = true;
  private volatile boolean deaf;
  final CopyOnWriteArrayList<Connection> connections = new CopyOnWriteArrayList<>();
  final CopyOnWriteArrayList<Received> received = new CopyOnWriteArrayList<>();
  final Map<Integer, Http2Error> resets = new ConcurrentHashMap<>();

  Http2RawUpstream(int... settings) throws IOException {
    this(new ServerSocket(0, 100, InetAddress.getLoopbackAddress()), settings);
  }

  Http2RawUpstream(ServerSocket server, int... settings) {
    this.server = server;
    this.settings = Http2RawClient.settings(settings);
    Thread.ofVirtual().start(this::accept);
  }

  Http2RawUpstream answering(Answer answer) {
    atEnd = answer;
    return this;
  }

  Http2RawUpstream atHead(Answer answer) {
    atHead = answer;
    return this;
  }

  /** Lets nobody send more than the first windows hold. */
  Http2RawUpstream keepingWindows() {
    opensWindows = false;
    return this;
  }

  /** Reads on, and does nothing. */
  void deaf(boolean now) {
    deaf = now;
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        var socket = server.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      var connection = new Connection(socket);
      if (connection.in.readNBytes(PREFACE).length == PREFACE) { // health checks only connect
        connections.add(connection);
        connection.send(SETTINGS, 0, 0, settings);
        connection.run();
      }
    } catch (Exception e) {
      // the other side is the one under test
    }
  }

  /** One connection of the gateway's. */
  final class Connection {
    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final ReentrantLock sending = new ReentrantLock();
    private final DefaultHttp2HeadersDecoder fields = new DefaultHttp2HeadersDecoder(true);
    private final Map<Integer, Received> streams = new ConcurrentHashMap<>();

    Connection(Socket socket) throws IOException {
      this.socket = socket;
      this.in = new DataInputStream(socket.getInputStream());
      this.out = new DataOutputStream(socket.getOutputStream());
    }

    private void run() throws Exception {
      while (true) {
        var length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        var frame =
            new Frame(
                in.readUnsignedByte(), in.readUnsignedByte(), in.readInt(), in.readNBytes(length));
        if (!deaf) {
          take(frame);
        }
      }
    }

    private void take(Frame frame) throws Exception {
      switch (frame.type()) {
        case HEADERS -> {
          var head = fields.decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(frame.payload()));
          var request = new Received(this, frame.stream(), head, new ByteArrayOutputStream());
          streams.put(frame.stream(), request);
          received.add(request);
          atHead.to(request);
        }
        case DATA -> {
          request(frame).body().writeBytes(frame.payload());
          if (opensWindows && frame.payload().length > 0) {
            window(0, frame.payload().length);
            window(frame.stream(), frame.payload().length);
          }
        }
        case RST_STREAM -> resets.put(frame.stream(), frame.error());
        case SETTINGS -> {
          if ((frame.flags() & ACK) == 0) {
            send(SETTINGS, ACK, 0, new byte[0]);
          }
        }
        case PING -> {
          if ((frame.flags() & ACK) == 0) {
            send(PING, ACK, 0, frame.payload());
          }
        }
        default -> {}
      }
      if (frame.ends()) {
        atEnd.to(request(frame));
      }
    }

    private Received request(Frame frame) {
      return Objects.requireNonNull(streams.get(frame.stream()));
    }

    Connection send(int type, int flags, int stream, byte[] payload) throws IOException {
      sending.lock();
      try {
        out.write(payload.length >> 16);
        out.writeShort(payload.length);
        out.write(type);
        out.write(flags);
        out.writeInt(stream);
        out.write(payload);
        out.flush();
        return this;
      } finally {
        sending.unlock();
      }
    }

    Connection headers(int stream, boolean end, String... namesAndValues) throws IOException {
      var flags = END_HEADERS | (end ? END_STREAM : 0);
      return send(HEADERS, flags, stream, Http2RawClient.block(namesAndValues));
    }

    Connection data(int stream, boolean end, String text) throws IOException {
      return send(DATA, end ? END_STREAM : 0, stream, RecordingUpstream.bytes(text));
    }

    Connection window(int stream, int bytes) throws IOException {
      return send(WINDOW_UPDATE, 0, stream, number(bytes));
    }

    Connection reset(int stream, Http2Error error) throws IOException {
      return send(RST_STREAM, 0, stream, number((int) error.code()));
    }

    Connection goAway(int lastStream) throws IOException {
      return send(GOAWAY, 0, 0, ByteBuffer.allocate(8).putInt(lastStream).putInt(0).array());
    }

    void close() throws IOException {
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (var connection : connections) {
      connection.close();
    }
  }
}
