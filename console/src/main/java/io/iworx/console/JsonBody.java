package io.iworx.console;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The body of a request: a small JSON object whose members are all known, each once. */
final class JsonBody {
  private static final int MAX_BYTES = 1024 * 1024;
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonBody() {}

  /**
   * @param what the members there may be, for the answer to whoever sends others
   */
  static <T> T of(HttpServletRequest request, Class<T> type, String what) throws IOException {
    var contentType = Objects.requireNonNullElse(request.getContentType(), "");
    if (!contentType.split(";", 2)[0].strip().equalsIgnoreCase("application/json")) {
      throw Refused.of(415, "Send the body as application/json.");
    }
    var body = request.getInputStream().readNBytes(MAX_BYTES + 1);
    if (body.length > MAX_BYTES) {
      throw Refused.of(413, "The body is larger than %d bytes.".formatted(MAX_BYTES));
    }
    try {
      return STRICT.readValue(body, type);
    } catch (JacksonException e) {
      throw Refused.of(
          400, "The body is not a JSON object of " + what + ": " + e.getOriginalMessage());
    }
  }
}
