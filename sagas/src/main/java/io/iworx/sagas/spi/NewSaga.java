package io.iworx.sagas.spi;

import io.iworx.correlation.Correlation;
import java.time.Instant;

/**
 * A saga on its way into the store.
 *
 * @param id a UUIDv7
 * @param definition the name of its definition
 * @param version the version of its definition
 * @param key unique within the definition
 * @param input what it was started with, as JSON
 * @param correlation the context it was started in; its deadline is not kept
 * @param startedAt by the clock of the instance that starts it
 */
public record NewSaga(
    String id,
    String definition,
    int version,
    String key,
    String input,
    Correlation correlation,
    Instant startedAt) {}
