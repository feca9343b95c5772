package io.iworx.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A small real HTTP server that keeps each request as it came over the wire. */
final class RecordingUpstream implements AutoCloseable {
  static final String OK =
      "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";

  /** A request as it came: lines of the head, and the body without its framing. */
  record Received(List<String> head, String body) {
    String requestLine() {
      return head.getFirst();
    }

    List<String> all(String name) {
      return head.stream()
          .skip(1)
          .filter(it -> it.toLowerCase(Locale.ROOT).startsWith(name + ":"))
          .map(it -> it.substring(name.length() + 1).strip())
          .toList();
    }

    String header(String name) {
      var values = all(name);
      if (values.size() != 1) {
        throw new AssertionError("expected one " + name + " but got " + values);
      }
      return values.getFirst();
    }
  }

  /** What the server does once it has read a request. */
  @FunctionalInterface
  interface Answer {
    void write(Received request, OutputStream out, Socket socket) throws Exception;
  }

  private final ServerSocket server;
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile Answer answer = (_, out, _) -> out.write(bytes(OK));

  RecordingUpstream() {
    this(plain());
  }

  RecordingUpstream(ServerSocket server) {
    this.server = server;
    Thread.ofVirtual().start(this::accept);
  }

  private static ServerSocket plain() {
    try {
      return new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  RecordingUpstream answering(String text) {
    return answering((_, out, _) -> out.write(bytes(text)));
  }

  RecordingUpstream answering(Answer newAnswer) {
    answer = newAnswer;
    return this;
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + port());
  }

  int port() {
    return server.getLocalPort();
  }

  List<Received> received() {
    return received;
  }

  Received only() {
    if (received.size() != 1) {
      throw new AssertionError("expected one request but got " + received);
    }
    return received.getFirst();
  }

  /** How many connections brought requests; health checks only connect. */
  int connections() {
    return connections.get();
  }

  private void accept() {
    try {
      while (true) {
        var socket = server.accept();
        sockets.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      var in = socket.getInputStream();
      var used = false;
      for (var request = read(in); request != null; request = read(in)) {
        if (!used) {
          used = true;
          connections.incrementAndGet();
        }
        received.add(request);
        answer.write(request, socket.getOutputStream(), socket);
        socket.getOutputStream().flush();
      }
    } catch (Exception e) {
      // the other side is the one under test
    } finally {
      sockets.remove(socket);
    }
  }

  private static @Nullable Received read(InputStream in) throws IOException {
    var head = new ArrayList<String>();
    for (var line = line(in); !line.isEmpty(); line = line(in)) {
      head.add(line);
    }
    if (head.isEmpty()) {
      return null;
    }
    var request = new Received(head, "");
    var body = new ByteArrayOutputStream();
    if (!request.all("content-length").isEmpty()) {
      body.write(in.readNBytes(Integer.parseInt(request.header("content-length"))));
    } else if (!request.all("transfer-encoding").isEmpty()) {
      for (var size = size(in); size > 0; size = size(in)) {
        body.write(in.readNBytes(size));
        line(in);
      }
      for (var trailer = line(in); !trailer.isEmpty(); trailer = line(in)) {
        head.add(trailer);
      }
    }
    return new Received(head, body.toString(StandardCharsets.ISO_8859_1));
  }

  private static int size(InputStream in) throws IOException {
    return Integer.parseInt(line(in), 16);
  }

  /** A line without its end; empty at the end of the stream too. */
  static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.write(c);
    }
    return line.toString(StandardCharsets.ISO_8859_1).replaceFirst("\r$", "");
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Closes the connections that are open, as a server does with idle ones. */
  void closeConnections() throws IOException {
    for (var socket : sockets) {
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    closeConnections();
  }
}
