package io.iworx.sagas.spi;

/** Where sagas and the results of their steps are kept. */
public interface SagaStore {}
