package io.iworx.serviceclient;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A server that does to its connections exactly what a test says, byte by byte. */
final class RawServer implements AutoCloseable {

  /** What happens on one connection; it is closed afterwards. */
  @FunctionalInterface
  interface Script {
    void run(Connection connection) throws IOException, InterruptedException;
  }

  /** One accepted connection. */
  record Connection(int number, Socket socket, InputStream in, OutputStream out, RawServer server) {

    /** Reads one whole request; null at the end of the connection. */
    @Nullable String read() throws IOException {
      var head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int octet = in.read();
        if (octet < 0) {
          return null;
        }
        head.append((char) octet);
      }
      var body = in.readNBytes(contentLength(head.toString()));
      server.requests.incrementAndGet();
      return head + new String(body, StandardCharsets.UTF_8);
    }

    void write(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
    }

    void answer(String json) throws IOException {
      write(
          "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
              + json.length()
              + "\r\n\r\n"
              + json);
    }

    /** Ends the connection with a reset instead of an orderly end. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    private static int contentLength(String head) {
      for (var line : head.split("\r\n", -1)) {
        if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
          return Integer.parseInt(line.substring(15).strip());
        }
      }
      return 0;
    }
  }

  final AtomicInteger connections = new AtomicInteger();
  final AtomicInteger requests = new AtomicInteger();

  /** Opens when the server closes: what a script waits for that never answers. */
  final CountDownLatch closing = new CountDownLatch(1);

  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Script script;

  private RawServer(ServerSocket listener, Script script) {
    this.listener = listener;
    this.script = script;
    Thread.ofVirtual().start(this::accept);
  }

  static RawServer running(Script script) {
    try {
      return new RawServer(new ServerSocket(0, 100, InetAddress.getLoopbackAddress()), script);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Answers the first request of each connection with these bytes and ends it. */
  static RawServer answering(String bytes) {
    return running(
        connection -> {
          connection.read();
          connection.write(bytes);
        });
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  ClientSettings settings() {
    return ClientSettings.of(uri());
  }

  ServiceClient client() {
    return ServiceClient.create("work-order-service", settings());
  }

  @Override
  public void close() throws IOException {
    closing.countDown();
    listener.close();
    for (var socket : open) {
      socket.close();
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        var socket = listener.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      script.run(
          new Connection(
              connections.incrementAndGet(),
              socket,
              new BufferedInputStream(socket.getInputStream()),
              socket.getOutputStream(),
              this));
    } catch (IOException e) {
      // the client ended it
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(socket);
    }
  }
}
