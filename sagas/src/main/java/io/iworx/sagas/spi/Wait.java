package io.iworx.sagas.spi;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Gives a saga out of hand until a time has come, or an event, if that is first. The store then
 * adds a NOTED record of the step: with the event as its result, or {@code null} when the time has
 * come.
 *
 * @param step what in its body waits
 * @param duration how long from now, on the store's time; ignored where the step waits already
 * @param event what it waits for; null for nothing but the time
 */
public record Wait(String step, Duration duration, @Nullable Awaited event) {}
