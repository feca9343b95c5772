package io.iworx.eventbus;

import io.iworx.correlation.ClassifiedFailure;
import io.iworx.correlation.FailureKind;
import org.jspecify.annotations.Nullable;

/** Thrown by a handler or a saga step: trying again cannot succeed. */
public final class PermanentFailure extends RuntimeException implements ClassifiedFailure {
  private final @Nullable String answeredKey;

  public PermanentFailure(String message) {
    super(message);
    this.answeredKey = null;
  }

  public PermanentFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
    this.answeredKey = null;
  }

  private PermanentFailure(String idempotencyKey, String message) {
    super(message);
    this.answeredKey = idempotencyKey;
  }

  /**
   * A refusal by a receiver that remembers this idempotency key: no request with the key took
   * effect, also none whose answer was lost.
   */
  public static PermanentFailure answering(String idempotencyKey, String message) {
    return new PermanentFailure(idempotencyKey, message);
  }

  @Override
  public @Nullable String answeredKey() {
    return answeredKey;
  }

  @Override
  public FailureKind kind() {
    return new FailureKind.Permanent();
  }
}
