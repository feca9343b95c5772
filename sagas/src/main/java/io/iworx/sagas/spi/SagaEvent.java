package io.iworx.sagas.spi;

import java.time.Instant;

/**
 * An event that sagas may wait for.
 *
 * @param id one id, one event
 * @param type its type's name
 * @param key its key
 * @param publishedAt when it was published, on the log's time
 * @param json what the record of a step that waited for it has as its result
 */
public record SagaEvent(String id, String type, String key, Instant publishedAt, String json) {}
