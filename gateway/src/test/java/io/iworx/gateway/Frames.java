package io.iworx.gateway;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Frames of a WebSocket, written and read by hand (RFC 6455 §5.2). */
final class Frames {
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;

  private static final byte[] MASK = {0x11, 0x22, 0x33, 0x44};

  /** A frame as it was read. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  record Frame(int opcode, boolean masked, byte[] payload) {
    String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    int closeCode() {
      return (payload[0] & 0xff) << 8 | (payload[1] & 0xff);
    }
  }

  private Frames() {}

  static byte[] client(int opcode, String text) {
    return frame(opcode, text.getBytes(StandardCharsets.UTF_8), true);
  }

  static byte[] server(int opcode, String text) {
    return frame(opcode, text.getBytes(StandardCharsets.UTF_8), false);
  }

  static byte[] frame(int opcode, byte[] payload, boolean masked) {
    var frame = new ByteArrayOutputStream();
    frame.writeBytes(head(opcode, payload.length, masked));
    for (int i = 0; i < payload.length; i++) {
      frame.write(masked ? payload[i] ^ MASK[i & 3] : payload[i]);
    }
    return frame.toByteArray();
  }

  /** The head of a frame that may be longer than anybody sends. */
  static byte[] head(int opcode, long length, boolean masked) {
    var head = new ByteArrayOutputStream();
    head.write(0x80 | opcode);
    var bit = masked ? 0x80 : 0;
    var bytes = length < 126 ? 0 : length < 1 << 16 ? 2 : 8;
    head.write(bit | (bytes == 0 ? (int) length : bytes == 2 ? 126 : 127));
    for (int i = bytes - 1; i >= 0; i--) {
      head.write((int) (length >> (8 * i)));
    }
    if (masked) {
      head.writeBytes(MASK);
    }
    return head.toByteArray();
  }

  static Frame read(InputStream in) throws IOException {
    var first = need(in);
    var second = need(in);
    var length = (long) (second & 0x7f);
    if (length >= 126) {
      var bytes = length == 126 ? 2 : 8;
      length = 0;
      for (int i = 0; i < bytes; i++) {
        length = length << 8 | need(in);
      }
    }
    var masked = (second & 0x80) != 0;
    var mask = masked ? in.readNBytes(4) : new byte[4];
    var payload = in.readNBytes((int) length);
    if (payload.length < length) {
      throw new EOFException("a frame is cut off");
    }
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= mask[i & 3];
    }
    return new Frame(first & 0x0f, masked, payload);
  }

  private static int need(InputStream in) throws IOException {
    var next = in.read();
    if (next < 0) {
      throw new EOFException("no frame");
    }
    return next;
  }
}
