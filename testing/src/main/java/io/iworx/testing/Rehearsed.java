package io.iworx.testing;

import io.iworx.eventbus.spi.LogEntry;
import io.iworx.sagas.SagaResult;
import java.time.Instant;
import java.util.List;

/**
 * How a rehearsed saga went.
 *
 * @param result how it ended
 * @param executed the steps and, with {@code /undo} at the end, the compensations that were
 *     executed, in order, each attempt once
 * @param done the steps that were done, in order
 * @param compensated the steps that were undone, in order
 * @param published the events it published, in order
 * @param endedAt when it ended, on the rehearsal's clock
 * @param <O> what the saga's body returns
 */
public record Rehearsed<O>(
    SagaResult<O> result,
    List<String> executed,
    List<String> done,
    List<String> compensated,
    List<LogEntry> published,
    Instant endedAt) {}
