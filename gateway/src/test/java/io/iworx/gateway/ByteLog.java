package io.iworx.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A server that logs every byte it gets and reads it with no leniency at all: whatever is not a
 * request in the one form that a careful proxy writes is an anomaly. It answers each request with
 * its request line, so that an answer which reaches the wrong client is seen.
 */
final class ByteLog implements AutoCloseable {
  private static final Pattern REQUEST_LINE =
      Pattern.compile("(GET|HEAD|POST|PUT|PATCH|DELETE) /[!-~]* HTTP/1\\.1");
  private static final Pattern FIELD =
      Pattern.compile("[a-z0-9-]+: [^\\x00-\\x08\\x0a-\\x1f\\x7f]*");

  /** A request as it was read. */
  record Seen(String line, List<String> fields, String body) {
    List<String> all(String name) {
      return fields.stream()
          .filter(it -> it.startsWith(name + ": "))
          .map(it -> it.substring(name.length() + 2))
          .toList();
    }
  }

  private final ServerSocket server;
  private final List<ByteArrayOutputStream> logs = new CopyOnWriteArrayList<>();
  private final List<Seen> seen = new CopyOnWriteArrayList<>();
  private final List<String> anomalies = new CopyOnWriteArrayList<>();
  private final java.util.Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  ByteLog() {
    try {
      server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /** All requests, in the order in which they were complete. */
  List<Seen> seen() {
    return seen;
  }

  /** What came that was no strictly written request. */
  List<String> anomalies() {
    return anomalies;
  }

  /** Every byte that came, connection after connection. */
  String bytes() {
    var all = new StringBuilder();
    for (var log : logs) {
      synchronized (log) {
        all.append(log.toString(StandardCharsets.ISO_8859_1)).append("\n---\n");
      }
    }
    return all.toString();
  }

  void forget() {
    seen.clear();
    anomalies.clear();
    for (var log : logs) {
      synchronized (log) {
        log.reset();
      }
    }
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
    var log = new ByteArrayOutputStream();
    logs.add(log);
    try (socket) {
      var in = logged(socket.getInputStream(), log);
      for (var request = read(in); request != null; request = read(in)) {
        seen.add(request);
        var body = request.line();
        var head = request.line().startsWith("HEAD ");
        socket
            .getOutputStream()
            .write(
                RecordingUpstream.bytes(
                    "HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s"
                        .formatted(body.length(), head ? "" : body)));
      }
    } catch (IOException e) {
      // the gateway gave up a request half way, as it may
    } finally {
      sockets.remove(socket);
    }
  }

  private static InputStream logged(InputStream in, ByteArrayOutputStream log) {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        var c = in.read();
        if (c >= 0) {
          synchronized (log) {
            log.write(c);
          }
        }
        return c;
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        var got = in.read(buffer, offset, length);
        if (got > 0) {
          synchronized (log) {
            log.write(buffer, offset, got);
          }
        }
        return got;
      }
    };
  }

  private @Nullable Seen read(InputStream in) throws IOException {
    var line = line(in);
    if (line == null) {
      return null;
    }
    if (!REQUEST_LINE.matcher(line).matches()) {
      throw anomaly("request line", line);
    }
    var fields = new ArrayList<String>();
    for (var field = need(in); !field.isEmpty(); field = need(in)) {
      if (!FIELD.matcher(field).matches()) {
        throw anomaly("field", field);
      }
      fields.add(field);
    }
    var request = new Seen(line, fields, "");
    return new Seen(line, fields, body(request, in));
  }

  private String body(Seen request, InputStream in) throws IOException {
    var lengths = request.all("content-length");
    var codings = request.all("transfer-encoding");
    if (lengths.size() + codings.size() > 1) {
      throw anomaly("framing", lengths + " " + codings);
    }
    if (!lengths.isEmpty()) {
      if (!lengths.getFirst().matches("0|[1-9][0-9]{0,9}")) {
        throw anomaly("content-length", lengths.getFirst());
      }
      return take(in, Integer.parseInt(lengths.getFirst()));
    }
    if (codings.isEmpty()) {
      return "";
    }
    if (!codings.getFirst().equals("chunked")) {
      throw anomaly("transfer-encoding", codings.getFirst());
    }
    var body = new StringBuilder();
    while (true) {
      var size = need(in);
      if (!size.matches("0|[1-9a-f][0-9a-f]{0,6}")) {
        throw anomaly("chunk size", size);
      }
      body.append(take(in, Integer.parseInt(size, 16)));
      var end = need(in);
      if (!end.isEmpty()) {
        throw anomaly("chunk end or trailer", end);
      }
      if (size.equals("0")) {
        return body.toString();
      }
    }
  }

  private static String take(InputStream in, int length) throws IOException {
    var bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new IOException("cut off");
    }
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private String need(InputStream in) throws IOException {
    var line = line(in);
    if (line == null) {
      throw new IOException("cut off");
    }
    return line;
  }

  /** A line that ends with CR LF; null at the end of the stream. */
  private @Nullable String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (var c = in.read(); c >= 0; c = in.read()) {
      line.append((char) c);
      if (c == '\n') {
        if (line.length() < 2 || line.charAt(line.length() - 2) != '\r') {
          throw anomaly("line end", line.toString());
        }
        return line.substring(0, line.length() - 2);
      }
    }
    return null;
  }

  private IOException anomaly(String what, String text) {
    anomalies.add(what + ": " + text);
    return new IOException(what);
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (var socket : sockets) {
      socket.close();
    }
  }
}
