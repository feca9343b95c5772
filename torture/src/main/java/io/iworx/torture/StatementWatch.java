package io.iworx.torture;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a client of PostgreSQL asks for, read from its bytes: also statements that it prepared
 * earlier and now only names. Used by one thread.
 */
final class StatementWatch {
  private static final int START_HEAD = 8;
  private static final int HEAD = 5;
  private static final int REQUEST_CODES = 80_877_000;

  /** How much of a statement is kept. */
  private static final int PREFIX = 80;

  private final Map<String, String> prepared = new HashMap<>();
  private byte[] rest = {};
  private boolean started;

  /** The statements that these bytes ask to be run. */
  List<String> in(byte[] bytes, int length) {
    var all = Arrays.copyOf(rest, rest.length + length);
    System.arraycopy(bytes, 0, all, rest.length, length);
    var buffer = ByteBuffer.wrap(all);
    List<String> asked = new ArrayList<>();
    while (next(buffer, asked)) {
      // one message after the other
    }
    rest = Arrays.copyOfRange(all, buffer.position(), all.length);
    return asked;
  }

  private boolean next(ByteBuffer buffer, List<String> asked) {
    var at = buffer.position();
    if (!started) {
      if (buffer.remaining() < START_HEAD || buffer.remaining() < buffer.getInt(at)) {
        return false;
      }
      // Before it starts, a client may ask for encryption, with a code instead of a version.
      started = buffer.getInt(at + 4) < REQUEST_CODES;
      buffer.position(at + buffer.getInt(at));
      return true;
    }
    if (buffer.remaining() < HEAD || buffer.remaining() < 1 + buffer.getInt(at + 1)) {
      return false;
    }
    var type = (char) buffer.get(at);
    var end = at + 1 + buffer.getInt(at + 1);
    buffer.position(at + HEAD);
    read(type, buffer, end, asked);
    buffer.position(end);
    return true;
  }

  private void read(char type, ByteBuffer buffer, int end, List<String> asked) {
    switch (type) {
      case 'Q' -> asked.add(text(buffer, end));
      case 'P' -> {
        var name = text(buffer, end);
        prepared.put(name, text(buffer, end));
      }
      case 'B' -> {
        text(buffer, end); // the portal
        asked.add(prepared.getOrDefault(text(buffer, end), ""));
      }
      default -> {}
    }
  }

  /** Up to the next zero byte; of a long one the beginning. */
  private static String text(ByteBuffer buffer, int end) {
    var start = buffer.position();
    var stop = start;
    while (stop < end && buffer.get(stop) != 0) {
      stop++;
    }
    var kept = new byte[Math.min(stop - start, PREFIX)];
    buffer.get(start, kept).position(Math.min(end, stop + 1));
    return new String(kept, StandardCharsets.UTF_8).stripLeading();
  }
}
