package io.iworx.sagas.spi;

import java.time.Instant;

/**
 * What an operator did to a saga.
 *
 * @param at when, on the store's time
 * @param actor who, as the store knows it
 * @param action {@code retry}, {@code skip}, {@code resume} or {@code cancel}
 * @param detail the step, and the reason where one was given
 */
public record SagaOperation(Instant at, String actor, String action, String detail) {}
