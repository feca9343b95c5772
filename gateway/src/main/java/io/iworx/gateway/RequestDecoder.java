package io.iworx.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

/**
 * A client's bytes to requests, one at a time: after a head it waits until the body is wanted,
 * after a request until the next one is. What comes meanwhile stays here, bounded because the
 * connection stops reading when {@link #full()}.
 */
final class RequestDecoder {

  /** Gets what was decoded, in order, on the connection's event loop. */
  interface Listener {
    /** The first byte of a request came. */
    void started();

    void request(Request request);

    /** A piece of the body; the listener releases it. */
    void content(ByteBuf content);

    void end();

    /** The bytes are no sound request; nothing more is decoded. */
    void refused(Problem problem);
  }

  private enum State {
    START,
    FIELDS,
    FIXED_BODY,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILERS,
    STOPPED
  }

  private static final int MAX_WAITING = 64 << 10;
  private static final int MAX_CHUNK_LINE = 1024;
  private static final int MAX_CHUNK_DIGITS = 15;
  private static final int AROUND_TARGET = 64;
  private static final byte CR = '\r';
  private static final byte LF = '\n';

  private final ByteBufAllocator allocator;
  private final Limits limits;
  private final Listener listener;
  private final HeadParser parser;

  private State state = State.START;
  private @Nullable ByteBuf waiting;
  private int scanned;
  private int headBytes;
  private long remaining;
  private boolean started;
  private boolean emptyLineSeen;
  private boolean paused;
  private boolean draining;

  /** Line buffers are as long as {@link #lineBuffer}'s and shared by the decoders of a loop. */
  RequestDecoder(ByteBufAllocator allocator, Limits limits, byte[] lineBuffer, Listener listener) {
    this.allocator = allocator;
    this.limits = limits;
    this.listener = listener;
    this.parser = new HeadParser(lineBuffer);
  }

  static byte[] lineBuffer(Limits limits) {
    return new byte[Math.max(limits.maxHeader(), limits.maxUri()) + AROUND_TARGET];
  }

  /** Takes bytes, and ownership of the buffer. */
  void feed(ByteBuf bytes) {
    if (state == State.STOPPED) {
      bytes.release();
      return;
    }
    waiting =
        waiting == null
            ? bytes
            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, waiting, bytes);
    drain();
  }

  /** Stops handing out a body until {@link #resume()}. */
  void pause() {
    paused = true;
  }

  /** Goes on: with the body after a head, with the next request after an end. */
  void resume() {
    paused = false;
    drain();
  }

  /** Whether so much waits here that the connection should read no more. */
  boolean full() {
    return waiting != null && waiting.readableBytes() >= MAX_WAITING;
  }

  /** Whether bytes wait here. */
  boolean hasMore() {
    return waiting != null && waiting.isReadable();
  }

  /** Decodes nothing more and hands over what waits; null when nothing does. */
  @Nullable ByteBuf detach() {
    state = State.STOPPED;
    var rest = waiting;
    waiting = null;
    return rest;
  }

  /** Decodes nothing more and lets go of what waits. */
  void stop() {
    state = State.STOPPED;
    if (!draining && waiting != null) {
      waiting.release();
      waiting = null;
    }
  }

  private void drain() {
    if (draining) {
      return; // called back by the listener: the loop below goes on
    }
    draining = true;
    try {
      while (!paused && waiting != null && step(waiting)) {
        if (!waiting.isReadable()) {
          waiting.release();
          waiting = null;
        }
      }
    } catch (RefusedException e) {
      state = State.STOPPED;
      listener.refused(e.problem());
    } finally {
      draining = false;
      if (waiting != null && (state == State.STOPPED || !waiting.isReadable())) {
        waiting.release();
        waiting = null;
      }
    }
  }

  /** One line or one piece; false when more bytes are needed. */
  private boolean step(ByteBuf in) {
    return switch (state) {
      case START -> start(in);
      case FIELDS -> field(in);
      case FIXED_BODY -> fixedBody(in);
      case CHUNK_SIZE -> chunkSize(in);
      case CHUNK -> chunk(in);
      case CHUNK_END -> chunkEnd(in);
      case TRAILERS -> trailer(in);
      case STOPPED -> false;
    };
  }

  private boolean start(ByteBuf in) {
    if (!in.isReadable()) {
      return false;
    }
    if (!started) {
      started = true;
      listener.started();
    }
    var first = in.getByte(in.readerIndex());
    if (first != CR && !Chars.token(first)) {
      throw RefusedException.badRequest("The request line is malformed.");
    }
    var length = line(in, limits.maxUri() + AROUND_TARGET, Problem.URI_TOO_LONG);
    if (length < 0) {
      return false;
    }
    if (length == 0) {
      // RFC 9112 §2.2: one empty line, left over from a previous body, is forgiven.
      if (emptyLineSeen) {
        throw RefusedException.badRequest("The request line is empty.");
      }
      emptyLineSeen = true;
      return true;
    }
    parser.requestLine(length);
    headBytes = 0;
    state = State.FIELDS;
    return true;
  }

  private boolean field(ByteBuf in) {
    var length = line(in, limits.maxHeader() - headBytes, Problem.HEADER_TOO_LARGE);
    if (length < 0) {
      return false;
    }
    headBytes += length + 2;
    if (length > 0) {
      parser.field(length);
      return true;
    }
    var request = parser.complete();
    if (request.bodyLength() == Request.CHUNKED) {
      state = State.CHUNK_SIZE;
    } else if (request.hasBody()) {
      state = State.FIXED_BODY;
      remaining = request.bodyLength();
    } else {
      restart();
    }
    paused = true;
    listener.request(request);
    return true;
  }

  private void restart() {
    state = State.START;
    started = false;
    emptyLineSeen = false;
  }

  private boolean fixedBody(ByteBuf in) {
    if (piece(in) && remaining == 0) {
      end();
    }
    return true;
  }

  /** Hands out what is there of the current piece; false when nothing is. */
  private boolean piece(ByteBuf in) {
    var length = (int) Math.min(remaining, in.readableBytes());
    if (length == 0) {
      return false;
    }
    remaining -= length;
    listener.content(in.readRetainedSlice(length));
    return true;
  }

  private void end() {
    restart();
    paused = true;
    listener.end();
  }

  private boolean chunkSize(ByteBuf in) {
    var length = line(in, MAX_CHUNK_LINE, Problem.badRequest("A chunk's header is too long."));
    if (length < 0) {
      return false;
    }
    remaining = chunkLength(parser.buffer(), length);
    headBytes = 0;
    state = remaining == 0 ? State.TRAILERS : State.CHUNK;
    return true;
  }

  private static long chunkLength(byte[] line, int length) {
    var size = 0L;
    var digits = 0;
    while (digits < length && Chars.hex(line[digits]) >= 0) {
      size = size << 4 | Chars.hex(line[digits++]);
      if (digits > MAX_CHUNK_DIGITS) {
        throw RefusedException.badRequest("A chunk's size is too large.");
      }
    }
    if (digits == 0 || (digits < length && line[digits] != ';')) {
      throw RefusedException.badRequest("A chunk's size is malformed.");
    }
    for (int i = digits; i < length; i++) {
      if (Chars.control(line[i])) {
        throw RefusedException.badRequest("A chunk's extension has a control character.");
      }
    }
    return size;
  }

  private boolean chunk(ByteBuf in) {
    if (!piece(in)) {
      return false;
    }
    if (remaining == 0) {
      state = State.CHUNK_END;
    }
    return true;
  }

  private boolean chunkEnd(ByteBuf in) {
    if (in.readableBytes() < 2) {
      return false;
    }
    if (in.readByte() != CR || in.readByte() != LF) {
      throw RefusedException.badRequest("A chunk does not end where its size says.");
    }
    state = State.CHUNK_SIZE;
    return true;
  }

  private boolean trailer(ByteBuf in) {
    var length = line(in, limits.maxHeader() - headBytes, Problem.HEADER_TOO_LARGE);
    if (length < 0) {
      return false;
    }
    headBytes += length + 2;
    if (length > 0) {
      parser.trailer(length);
    } else {
      end();
    }
    return true;
  }

  /**
   * Moves a line to the parser's buffer: its length without CRLF, or -1 when it is not complete.
   */
  private int line(ByteBuf in, int max, Problem tooLong) {
    var start = in.readerIndex();
    var lf = in.indexOf(start + scanned, in.writerIndex(), LF);
    var length = (lf < 0 ? in.writerIndex() : lf) - 1 - start; // what came last may be the CR
    if (length > max) {
      throw new RefusedException(tooLong);
    }
    if (lf < 0) {
      scanned = in.readableBytes();
      return -1;
    }
    scanned = 0;
    if (length < 0 || in.getByte(lf - 1) != CR) {
      throw RefusedException.badRequest("A line does not end with CR LF.");
    }
    in.getBytes(start, parser.buffer(), 0, length);
    in.readerIndex(lf + 1);
    return length;
  }
}
