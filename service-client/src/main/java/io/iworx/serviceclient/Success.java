package io.iworx.serviceclient;

/**
 * The service answered with a 2xx status and a body that could be read.
 *
 * @param body the decoded body; null for {@code Void} and for nothing else
 * @param meta status, headers and timing
 */
public record Success<T>(T body, ResponseMeta meta) implements Outcome<T> {
  @Override
  public T orElseThrow() {
    return body;
  }
}
