package io.iworx.gateway;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.util.Locale;

/**
 * Lines to a {@link Request}, as strict as RFC 9112 allows: a proxy that repairs what it reads is
 * how requests are smuggled.
 */
final class HeadParser {
  static final int MAX_FIELDS = 100;
  static final int MAX_METHOD = 32;

  private final byte[] line;
  private HttpMethod method = HttpMethod.GET;
  private String target = "";
  private boolean http10;
  private HttpHeaders headers = newHeaders();
  private int fields;

  HeadParser(byte[] line) {
    this.line = line;
  }

  private static HttpHeaders newHeaders() {
    // Checked here already, byte by byte.
    return DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
  }

  /** Where the decoder puts a line, without its CRLF, before it calls one of the methods below. */
  byte[] buffer() {
    return line;
  }

  void requestLine(int length) {
    headers = newHeaders();
    fields = 0;
    var first = indexOf((byte) ' ', 0, length);
    var second = first < 0 ? -1 : indexOf((byte) ' ', first + 1, length);
    if (first < 1 || second <= first + 1) {
      throw malformed();
    }
    method = method(first);
    target = target(first + 1, second);
    http10 = version(second + 1, length);
  }

  private HttpMethod method(int end) {
    for (int i = 0; i < end; i++) {
      if (!Chars.token(line[i])) {
        throw malformed();
      }
    }
    if (end > MAX_METHOD) {
      throw new RefusedException(Problem.METHOD_UNKNOWN);
    }
    return HttpMethod.valueOf(text(0, end));
  }

  private String target(int start, int end) {
    for (int i = start; i < end; i++) {
      if (line[i] <= 0x20 || line[i] == 0x7f) { // negative: not ASCII
        throw malformed();
      }
    }
    return text(start, end);
  }

  /** Whether it is HTTP/1.0. */
  private boolean version(int start, int end) {
    var version = text(start, end);
    if (version.equals("HTTP/1.1")) {
      return false;
    }
    if (version.equals("HTTP/1.0")) {
      return true;
    }
    if (version.length() == 8
        && version.startsWith("HTTP/")
        && Chars.digit(line[start + 5])
        && line[start + 6] == '.'
        && Chars.digit(line[start + 7])) {
      throw new RefusedException(Problem.VERSION_UNKNOWN);
    }
    throw malformed();
  }

  /** Takes a header field. */
  void field(int length) {
    if (++fields > MAX_FIELDS) {
      throw new RefusedException(Problem.HEADER_TOO_LARGE);
    }
    var colon = checkedName(length);
    var start = colon + 1;
    var end = length;
    while (start < end && Chars.blank(line[start])) {
      start++;
    }
    while (end > start && Chars.blank(line[end - 1])) {
      end--;
    }
    checkValue(start, end);
    var name = name(colon);
    if (Framing.looksLike(name)) {
      throw RefusedException.badRequest("A header field's name looks like framing.");
    }
    headers.add(name, new AsciiString(line, start, end - start, true));
  }

  /** Checks a trailer field and drops it: nothing of it is ever merged into the header. */
  void trailer(int length) {
    if (++fields > MAX_FIELDS) {
      throw new RefusedException(Problem.HEADER_TOO_LARGE);
    }
    checkValue(checkedName(length) + 1, length);
  }

  private int checkedName(int length) {
    for (int i = 0; i < length; i++) {
      if (line[i] == ':' && i > 0) {
        return i;
      }
      if (!Chars.token(line[i])) { // also a leading blank: a folded line
        break;
      }
    }
    throw RefusedException.badRequest("A header field's name is malformed.");
  }

  private AsciiString name(int end) {
    var lower = new byte[end];
    for (int i = 0; i < end; i++) {
      var c = line[i];
      lower[i] = c >= 'A' && c <= 'Z' ? (byte) (c | 0x20) : c;
    }
    return new AsciiString(lower, false);
  }

  private void checkValue(int start, int end) {
    for (int i = start; i < end; i++) {
      if (Chars.control(line[i])) {
        throw RefusedException.badRequest("A header field's value has a control character.");
      }
    }
  }

  /** The request, once its header is complete. */
  Request complete() {
    var length = Framing.bodyLength(headers, http10);
    var originForm = Authority.check(method, target, headers, http10);
    checkExpectation(headers);
    return new Request(method, originForm, headers, length, http10, keepAlive());
  }

  static void checkExpectation(HttpHeaders headers) {
    var expect = headers.get(HttpHeaderNames.EXPECT);
    if (expect != null && !expect.equalsIgnoreCase("100-continue")) {
      throw new RefusedException(Problem.EXPECTATION_FAILED);
    }
  }

  private boolean keepAlive() {
    var close = false;
    var keep = false;
    for (var value : headers.getAll(HttpHeaderNames.CONNECTION)) {
      var lower = value.toLowerCase(Locale.ROOT);
      close |= lower.contains("close");
      keep |= lower.contains("keep-alive");
    }
    return !close && (!http10 || keep);
  }

  private int indexOf(byte wanted, int from, int to) {
    for (int i = from; i < to; i++) {
      if (line[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  @SuppressWarnings("deprecation") // Latin-1 by definition, and the fastest way
  private String text(int start, int end) {
    return new String(line, 0, start, end - start);
  }

  private static RefusedException malformed() {
    return RefusedException.badRequest("The request line is malformed.");
  }
}
