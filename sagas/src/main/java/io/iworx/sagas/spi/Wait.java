package io.iworx.sagas.spi;

import java.time.Duration;

/**
 * Gives a saga out of hand until a time has come.
 *
 * @param step what in its body waits
 * @param duration how long from now, on the store's time
 */
public record Wait(String step, Duration duration) {}
