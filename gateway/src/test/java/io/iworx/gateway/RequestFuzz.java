package io.iworx.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What must hold for any bytes a client may send, in the form that the fuzzer calls. Nothing but a
 * refusal ends decoding; how the bytes are cut into reads changes nothing; what is forwarded is
 * understood as the same requests; the form of a path is its own form.
 */
final class RequestFuzz {
  private static final Limits LIMITS = Limits.DEFAULT;
  private static final Pattern FIELD =
      Pattern.compile("[a-z0-9!#$%&'*+.^_`|~-]+: [^\\x00-\\x08\\x0a-\\x1f\\x7f]*");
  private static final Pattern PATH =
      Pattern.compile("(?:/(?!\\.{1,2}(?:/|$))(?:[A-Za-z0-9._~!$&'()*+,=:@-]|%[0-9A-F]{2})*)+");

  private RequestFuzz() {}

  /** Called by the fuzzer with ever more inputs. */
  public static void fuzzerTestOneInput(byte[] input) {
    var whole = decode(input, input.length);
    same("a byte at a time", whole, decode(input, 1));
    if (input.length > 2) {
      same("in two", whole, decode(input, 1 + (input[0] & 0xff) % (input.length - 1)));
    }
    for (var request : whole.requests) {
      if (request.isWhole) {
        var again = decode(request.forwarded(), Integer.MAX_VALUE);
        same("forwarded", request.toString(), again.requests.getFirst().toString());
        same("forwarded, nothing more", "1 null", again.requests.size() + " " + again.refusal);
      }
    }
  }

  private static void same(String how, Object one, Object other) {
    if (!one.toString().equals(other.toString())) {
      throw new AssertionError(how + ": " + one + " became " + other);
    }
  }

  private static Decoded decode(byte[] bytes, int piece) {
    var decoded = new Decoded();
    for (int at = 0; at < bytes.length; at += Math.min(piece, bytes.length - at)) {
      var length = Math.min(piece, bytes.length - at);
      decoded.decoder.feed(Unpooled.copiedBuffer(bytes, at, length));
    }
    decoded.decoder.stop();
    return decoded;
  }

  /** One request, and how it goes on to a service. */
  private static final class Decoding {
    private final Request request;
    private final List<String> fields = new ArrayList<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private boolean isWhole;

    Decoding(Request request) {
      this.request = request;
      request.headers().forEach(it -> fields.add(it.getKey() + ": " + it.getValue()));
      for (var field : fields) {
        if (!FIELD.matcher(field).matches()) {
          throw new AssertionError("no field: " + field);
        }
      }
      checkPath();
    }

    private void checkPath() {
      var path = RequestPath.of(request.target());
      if (path == null) {
        return;
      }
      if (!PATH.matcher(path.path()).matches()) {
        throw new AssertionError("no path: " + path);
      }
      var query = path.query() == null ? "" : "?" + path.query();
      same("a path", path, String.valueOf(RequestPath.of(path.path() + query)));
    }

    byte[] forwarded() {
      var out = new ByteArrayOutputStream();
      var version = request.http10() ? "HTTP/1.0" : "HTTP/1.1";
      write(out, request.method() + " " + request.target() + " " + version + "\r\n");
      fields.forEach(it -> write(out, it + "\r\n"));
      write(out, "\r\n");
      if (request.bodyLength() != Request.CHUNKED) {
        out.writeBytes(body.toByteArray());
        return out.toByteArray();
      }
      if (body.size() > 0) {
        write(out, Integer.toHexString(body.size()) + "\r\n");
        out.writeBytes(body.toByteArray());
        write(out, "\r\n");
      }
      write(out, "0\r\n\r\n");
      return out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, String text) {
      out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public String toString() {
      return "%s %s %s %s %d %s %s %s"
          .formatted(
              request.method(),
              request.target(),
              request.http10(),
              request.keepAlive(),
              request.bodyLength(),
              fields,
              body.toString(StandardCharsets.ISO_8859_1),
              isWhole);
    }
  }

  /** All that some bytes were decoded to. */
  private static final class Decoded implements RequestDecoder.Listener {
    private final RequestDecoder decoder =
        new RequestDecoder(
            UnpooledByteBufAllocator.DEFAULT, LIMITS, RequestDecoder.lineBuffer(LIMITS), this);
    private final List<Decoding> requests = new ArrayList<>();
    private @Nullable Problem refusal;

    @Override
    public void started() {}

    @Override
    public void request(Request request) {
      requests.add(new Decoding(request));
      if (!request.hasBody()) {
        requests.getLast().isWhole = true;
      }
      decoder.resume();
    }

    @Override
    public void content(ByteBuf content) {
      var bytes = new byte[content.readableBytes()];
      content.readBytes(bytes).release();
      requests.getLast().body.writeBytes(bytes);
    }

    @Override
    public void end() {
      requests.getLast().isWhole = true;
      decoder.resume();
    }

    @Override
    public void refused(Problem problem) {
      if (refusal != null || problem.status() < 400 || problem.status() > 505) {
        throw new AssertionError("refused " + problem + " after " + refusal);
      }
      refusal = problem;
    }

    @Override
    public String toString() {
      return requests + " " + refusal;
    }
  }
}
