package io.iworx.torture;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;

/**
 * One connection between a worker and the server, message by message (PostgreSQL's protocol 3.0). A
 * request that writes is a moment before it reaches the server; an answer after which it is durable
 * is one before the worker gets it.
 */
final class Conversation {
  private static final Pattern WRITES =
      Pattern.compile("(INSERT|UPDATE|DELETE|WITH|COMMIT|SELECT saga_arrive)\\b.*", Pattern.DOTALL);
  private static final String HEARTBEAT = "saga_instances";

  /** How far the readers of the log are is written at any time, and is of no saga. */
  private static final String READERS = "event_subscription";

  /** Messages that wait for the one that asks for an answer. */
  private static final String BEFORE_SYNC = "PBDEC";

  /** Codes in the place of a version by which a client asks for encryption. */
  private static final int ENCRYPTION = 80_877_103;

  private static final int ENCRYPTION_BY_GSS = 80_877_104;
  private static final int LABEL = 60;

  private final String worker;
  private final Gate gate;
  private final Map<String, String> prepared = new HashMap<>();
  private final Queue<String> unanswered = new ConcurrentLinkedQueue<>();

  /** Whether the transaction under way is one of theirs, to its COMMIT. */
  private volatile boolean ofReaders;

  Conversation(String worker, Gate gate) {
    this.worker = worker;
    this.gate = gate;
  }

  /** Passes on what the worker says, until it has ended or the gate breaks the connection. */
  void requests(DataInputStream from, OutputStream back, OutputStream to) throws IOException {
    start(from, back, to);
    var request = new ByteArrayOutputStream();
    var text = "";
    for (var type = from.read(); type >= 0; type = from.read()) {
      var body = body(from);
      write(request, type, body);
      var said = text((char) type, ByteBuffer.wrap(body));
      text = writes(said) || text.isEmpty() ? said : text;
      if (BEFORE_SYNC.indexOf(type) >= 0) {
        continue;
      }
      if (type == 'S' || type == 'Q') {
        if (text.contains(READERS)) {
          ofReaders = true;
        }
        text = ofReaders ? "" : text;
        if (isMoment(text) && !gate.pass(worker, "before " + label(text))) {
          return;
        }
        unanswered.add(text);
        text = "";
      }
      request.writeTo(to);
      to.flush();
      request.reset();
    }
  }

  /** Passes on what the server says, a whole answer at a time. */
  void answers(DataInputStream from, OutputStream to) throws IOException {
    var answer = new ByteArrayOutputStream();
    for (var type = from.read(); type >= 0; type = from.read()) {
      var body = body(from);
      write(answer, type, body);
      if (unanswered.isEmpty()) {
        flush(answer, to);
      } else if (type == 'Z') {
        var text = String.valueOf(unanswered.poll());
        if (body[0] == 'I') {
          ofReaders = false;
        }
        var durable = body[0] == 'I' && isDurable(text, answer);
        if (durable && !gate.pass(worker, "after " + label(text))) {
          return;
        }
        flush(answer, to);
      }
    }
    flush(answer, to);
  }

  private static void flush(ByteArrayOutputStream answer, OutputStream to) throws IOException {
    answer.writeTo(to);
    to.flush();
    answer.reset();
  }

  private boolean isDurable(String text, ByteArrayOutputStream answer) {
    // A sign of life is one only if it took the saga over.
    return isMoment(text) || (text.contains(HEARTBEAT) && gate.isAbout(answer.toByteArray()));
  }

  private static boolean isMoment(String text) {
    return writes(text) && !text.contains(HEARTBEAT);
  }

  private static boolean writes(String text) {
    return WRITES.matcher(text).matches();
  }

  /** Before it starts, a client may ask for encryption, which there is none of. */
  private static void start(DataInputStream from, OutputStream back, OutputStream to)
      throws IOException {
    while (true) {
      var body = body(from);
      var code = ByteBuffer.wrap(body).getInt();
      if (code != ENCRYPTION && code != ENCRYPTION_BY_GSS) {
        var out = new DataOutputStream(to);
        out.writeInt(body.length + Integer.BYTES);
        out.write(body);
        out.flush();
        return;
      }
      back.write('N');
      back.flush();
    }
  }

  private static byte[] body(DataInputStream from) throws IOException {
    var length = from.readInt() - Integer.BYTES;
    var body = from.readNBytes(length);
    if (body.length < length) {
      throw new EOFException();
    }
    return body;
  }

  private static void write(ByteArrayOutputStream to, int type, byte[] body) throws IOException {
    var out = new DataOutputStream(to);
    out.writeByte(type);
    out.writeInt(body.length + Integer.BYTES);
    out.write(body);
  }

  /** The statement that a message asks for; empty when it asks for none. */
  private String text(char type, ByteBuffer body) {
    return switch (type) {
      case 'Q' -> string(body);
      case 'P' -> {
        prepared.put(string(body), string(body));
        yield "";
      }
      case 'B' -> {
        string(body); // the portal
        yield prepared.getOrDefault(string(body), "");
      }
      default -> "";
    };
  }

  private static String string(ByteBuffer body) {
    var start = body.position();
    while (body.get() != 0) {
      // up to its zero byte
    }
    var bytes = new byte[body.position() - start - 1];
    body.get(start, bytes);
    return new String(bytes, StandardCharsets.UTF_8).stripLeading();
  }

  private static String label(String text) {
    var line = text.replaceAll("\\s+", " ");
    return line.length() <= LABEL ? line : line.substring(0, LABEL) + "…";
  }
}
