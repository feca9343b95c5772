package io.iworx.examples.http;

import java.util.Map;

/**
 * What a request is answered with.
 *
 * @param status the HTTP status
 * @param body written as JSON
 */
public record Answer(int status, Object body) {

  /** What every {@code DELETE} is answered with. */
  public static final Answer DELETED = ok(Map.of("success", true));

  public static Answer ok(Object body) {
    return new Answer(200, body);
  }

  public static Answer created(Object body) {
    return new Answer(201, body);
  }
}
