package io.iworx.gateway;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A client that sends exactly the bytes it is given, and reads answers by their framing. */
final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 15_000;

  /** An answer; reading one that ends early throws. */
  record Answer(int status, List<String> headers, String body) {
    List<String> all(String name) {
      return headers.stream()
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

  private final Socket socket;
  private final InputStream in;

  RawClient(URI gateway) throws IOException {
    this(gateway, 0);
  }

  /** With a receive buffer of that many bytes; 0 for the system's own choice. */
  RawClient(URI gateway, int receiveBuffer) throws IOException {
    this(connected(gateway, receiveBuffer));
  }

  RawClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new BufferedInputStream(socket.getInputStream());
  }

  private static Socket connected(URI gateway, int receiveBuffer) throws IOException {
    var socket = new Socket();
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.connect(new InetSocketAddress(gateway.getHost(), gateway.getPort()));
    return socket;
  }

  /** One request on a connection of its own. */
  static Answer ask(Gateway gateway, String request) throws IOException {
    try (var client = new RawClient(gateway.address())) {
      return client.send(request).answer(request.startsWith("HEAD "));
    }
  }

  /** How long reading waits before it throws. */
  RawClient patience(Duration atMost) throws IOException {
    socket.setSoTimeout((int) atMost.toMillis());
    return this;
  }

  RawClient send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  RawClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  OutputStream out() throws IOException {
    return socket.getOutputStream();
  }

  InputStream in() {
    return in;
  }

  Answer answer() throws IOException {
    return answer(false);
  }

  Answer answer(boolean headOnly) throws IOException {
    var statusLine = RecordingUpstream.line(in);
    if (statusLine.isEmpty()) {
      throw new EOFException("no answer");
    }
    var headers = new ArrayList<String>();
    for (var line = RecordingUpstream.line(in);
        !line.isEmpty();
        line = RecordingUpstream.line(in)) {
      headers.add(line);
    }
    var status = Integer.parseInt(statusLine.substring(9, 12));
    var answer = new Answer(status, headers, "");
    if (headOnly || status == 204 || status == 304 || status < 200) {
      return answer;
    }
    return new Answer(status, headers, body(answer));
  }

  private String body(Answer answer) throws IOException {
    if (!answer.all("content-length").isEmpty()) {
      var length = Integer.parseInt(answer.header("content-length"));
      var bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new EOFException("the answer is cut off");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
    if (answer.all("transfer-encoding").isEmpty()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    var body = new ByteArrayOutputStream();
    while (true) {
      var line = RecordingUpstream.line(in);
      if (line.isEmpty()) {
        throw new EOFException("the answer is cut off");
      }
      var size = Integer.parseInt(line, 16);
      body.write(in.readNBytes(size));
      RecordingUpstream.line(in);
      if (size == 0) {
        return body.toString(StandardCharsets.UTF_8);
      }
    }
  }

  /** Whether the gateway closes now. */
  boolean isClosed() throws IOException {
    try {
      return in.read() < 0;
    } catch (java.net.SocketException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
