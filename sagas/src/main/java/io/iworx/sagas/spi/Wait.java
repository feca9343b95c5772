package io.iworx.sagas.spi;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Gives a saga out of hand until a time has come, or something else, if that is first. The store
 * then adds a record of the step: when the time has come a NOTED one of {@code null}, after an
 * event a NOTED one of it. A child's end is DONE with its output, or FAILED with its failure, or
 * UNDONE in a saga that is COMPENSATING; the time of a wait for it only wakes the saga.
 *
 * @param step what in its body waits
 * @param duration how long from now, on the store's time; ignored where the step waits already,
 *     unless for a child
 * @param what it waits for; null for nothing but the time
 */
public record Wait(String step, Duration duration, @Nullable Awaited what) {}
