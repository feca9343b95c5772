package io.iworx.sagas;

import io.iworx.sagas.spi.NewSaga;
import io.iworx.sagas.spi.SagaOperationRefused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sagas that are steps of another: each id and key follow from the step, so it is started once. */
final class Children {
  private static final Logger LOG = LoggerFactory.getLogger(Children.class);

  private final SagaEngine engine;
  private final StepContext context;

  Children(SagaEngine engine, StepContext context) {
    this.engine = engine;
    this.context = context;
  }

  <I> NewSaga of(String identity, SagaDefinition<I, ?> definition, I input) {
    return new NewSaga(
        context.derivedId(identity),
        definition.name(),
        definition.version(),
        context.idempotencyKey(identity),
        context.sagaId(),
        registered(definition).json(input),
        context.correlation().withCausationId(context.attemptId(identity, 1)),
        engine.now());
  }

  Class<?> outputType(SagaDefinition<?, ?> definition) {
    return registered(definition).outputType();
  }

  private <I> RegisteredDefinition<I, ?> registered(SagaDefinition<I, ?> definition) {
    if (definition instanceof RegisteredDefinition<I, ?> registered && registered.isOf(engine)) {
      return registered;
    }
    throw new IllegalArgumentException(
        "The saga of a step is defined where its parent is; " + definition.name() + " is not.");
  }

  /** Whether it was ever started. */
  boolean isBegun(String sagaId) {
    return engine.isStored(sagaId);
  }

  /** Has it compensate, if it runs. */
  void cancel(String sagaId, String reason) {
    try {
      engine.operations().cancel(sagaId, reason);
    } catch (SagaOperationRefused e) {
      LOG.debug("Saga {} ends by itself: {}", sagaId, e.getMessage());
    }
  }
}
