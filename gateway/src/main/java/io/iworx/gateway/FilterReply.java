package io.iworx.gateway;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A filter's own answer.
 *
 * @param status 200 to 599
 * @param contentType such as {@code application/json}
 * @param headers names and values besides content type and length
 */
@SuppressWarnings("ArrayRecordComponent") // written once, read once, never compared
public record FilterReply(
    int status, String contentType, byte[] body, Map<String, String> headers) {

  /**
   * Checks status and headers.
   *
   * @throws IllegalArgumentException with a sentence, when one cannot be sent
   */
  public FilterReply {
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("A filter answers with a status from 200 to 599.");
    }
    HeaderField.check("content-type", contentType);
    headers = Map.copyOf(headers);
    headers.forEach(HeaderField::checkChange);
  }

  /** An answer in JSON, which is what every client of the platform reads. */
  public static FilterReply json(int status, String json) {
    return new FilterReply(
        status, "application/json", json.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  public FilterReply withHeader(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new FilterReply(status, contentType, body, more);
  }
}
