package io.iworx.examples.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer that is not a success, thrown from wherever it becomes clear. */
public final class HttpError extends RuntimeException {
  private final int status;
  private final String error;
  private final transient Map<String, ?> members;
  private final @Nullable String answeredKey;

  /**
   * Any error answer.
   *
   * @param status the HTTP status, 400 to 599
   * @param error one sentence: the member {@code error} of the answer
   * @param members what else the answer's body has
   */
  public HttpError(int status, String error, Map<String, ?> members) {
    this(status, error, members, null);
  }

  private HttpError(int status, String error, Map<String, ?> members, @Nullable String key) {
    super(error);
    this.status = status;
    this.error = error;
    this.members = members;
    this.answeredKey = key;
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

  /**
   * The same answer, naming the request's idempotency key: this service remembers the key, and no
   * request with it has taken effect, nor will one.
   */
  public HttpError answering(String idempotencyKey) {
    return new HttpError(status, error, members, idempotencyKey);
  }

  /** The idempotency key it answers; null when it names none. */
  public @Nullable String answeredKey() {
    return answeredKey;
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
