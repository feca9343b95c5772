package io.iworx.sagas;

/** A saga was started with a key that was used before with another input; nothing was started. */
public final class SagaConflictException extends SagaException {
  private final String key;

  SagaConflictException(String definition, String key, String sagaId) {
    super(
        "The key "
            + key
            + " of saga "
            + definition
            + " was used before with another input (saga "
            + sagaId
            + "); a different intent needs a key of its own.");
    this.key = key;
  }

  public String key() {
    return key;
  }
}
