package io.iworx.sagas.spi;

import io.iworx.correlation.Correlation;
import io.iworx.sagas.SagaState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A saga on its way into the store.
 *
 * @param id a UUIDv7
 * @param definition the name of its definition
 * @param version the version of its definition
 * @param key unique within the definition
 * @param parent the saga whose step it is; null when it is none's
 * @param input what it was started with, as JSON
 * @param correlation the context it was started in; its deadline is not kept
 * @param startedAt by the clock of the instance that starts it
 */
public record NewSaga(
    String id,
    String definition,
    int version,
    String key,
    @Nullable String parent,
    String input,
    Correlation correlation,
    Instant startedAt) {

  /** One that is no step of another. */
  public NewSaga(
      String id,
      String definition,
      int version,
      String key,
      String input,
      Correlation correlation,
      Instant startedAt) {
    this(id, definition, version, key, null, input, correlation, startedAt);
  }

  /**
   * As it is stored.
   *
   * @param instance who holds it; null when nobody does
   * @param fence 1 for its first holder, 0 before it has one
   */
  public StoredSaga heldBy(@Nullable String instance, long fence) {
    return new StoredSaga(
        id,
        definition,
        version,
        key,
        parent,
        SagaState.RUNNING,
        input,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        correlation.withDeadline(null),
        instance,
        fence,
        startedAt,
        null,
        List.of());
  }
}
