package io.iworx.sagas.spi;

/**
 * The right of one instance to go on with a saga.
 *
 * @param sagaId the saga
 * @param instance who holds it
 * @param fence a store refuses it when the saga's is higher
 */
public record SagaClaim(String sagaId, String instance, long fence) {}
