package io.iworx.sagas.spi;

import java.time.Duration;

/**
 * The right of one instance to go on with a saga.
 *
 * @param sagaId the saga
 * @param instance who holds it
 * @param fence a store refuses it when the saga's is higher
 * @param lease how long the holder may show no sign of life; a transaction that it leaves open and
 *     idle for longer may be ended, so that a holder that hangs keeps no locks
 */
public record SagaClaim(String sagaId, String instance, long fence, Duration lease) {}
