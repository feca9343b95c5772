package io.iworx.examples.http;

import java.util.Map;

/** An answer that is not a success, thrown from wherever it becomes clear. */
public final class HttpError extends RuntimeException {
  private final int status;
  private final String error;
  private final transient Map<String, ?> members;

  /**
   * Any error answer.
   *
   * @param status the HTTP status, 400 to 599
   * @param error one sentence: the member {@code error} of the answer
   * @param members what else the answer's body has
   */
  public HttpError(int status, String error, Map<String, ?> members) {
    super(error);
    this.status = status;
    this.error = error;
    this.members = members;
  }

  /** 400: a member of the body, or a query parameter, is not what it must be. */
  public static HttpError badField(String field, String mustBe) {
    return new HttpError(400, field + " " + mustBe, Map.of("field", field));
  }

  /** 403: the caller may not do this at all. */
  public static HttpError forbidden(String error) {
    return new HttpError(403, error, Map.of());
  }

  /** 404: there is no such row, or it belongs to another organization. */
  public static HttpError notFound(String noun, Object id) {
    return new HttpError(404, "There is no " + noun + " " + id, Map.of());
  }

  /** 409: the request contradicts how things stand. */
  public static HttpError conflict(String error, Map<String, ?> members) {
    return new HttpError(409, error, members);
  }

  public int status() {
    return status;
  }

  public String error() {
    return error;
  }

  public Map<String, ?> members() {
    return members;
  }
}
