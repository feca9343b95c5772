package io.iworx.serviceclient;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** An encoded body with its media type. */
final class Content {
  static final Content NONE = new Content("", new byte[0]);

  private final String mediaType;
  private final byte[] octets;

  Content(String mediaType, byte[] octets) {
    this.mediaType = mediaType;
    this.octets = octets;
  }

  /** The body of a call, encoded; null when there is none or it is streamed. */
  static @Nullable Content of(@Nullable Object body) {
    return switch (body) {
      case null -> null;
      case BodyStream _ -> null;
      case byte[] octets -> new Content("application/octet-stream", octets);
      case String text ->
          new Content("text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
      case Object object -> new Content("application/json", Json.write(object));
    };
  }

  /** What a call's body is: null when there is none. */
  static @Nullable String mediaType(Call<?> call, @Nullable Content content) {
    return call.body() instanceof BodyStream stream
        ? stream.mediaType()
        : content == null ? null : content.mediaType();
  }

  String mediaType() {
    return mediaType;
  }

  byte[] octets() {
    return octets;
  }
}
