package io.iworx.sagas;

import io.iworx.sagas.spi.StoredSaga;
import java.time.Duration;
import java.util.Optional;

/** A handle on a saga: its runner when it runs here, else what is stored. */
final class StoredRun<O> implements SagaRun<O> {
  private final SagaEngine engine;
  private final String id;
  private final Class<O> outputType;

  StoredRun(SagaEngine engine, String id, Class<O> outputType) {
    this.engine = engine;
    this.id = id;
    this.outputType = outputType;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public SagaResult<O> await(Duration atMost) {
    var deadline = System.nanoTime() + Math.max(0, atMost.toNanos());
    try {
      while (true) {
        try (var waiter = engine.endings().watch(id)) {
          var result = stored();
          if (result.isPresent()) {
            return result.get();
          }
          var left = deadline - System.nanoTime();
          if (left <= 0) {
            return new SagaResult.Running<>();
          }
          waiter.await(Duration.ofNanos(left));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SagaException("Interrupted while waiting for saga " + id + "; it goes on.", e);
    }
  }

  private Optional<SagaResult<O>> stored() {
    var saga = engine.find(id);
    return switch (saga.state()) {
      case RUNNING, COMPENSATING -> Optional.empty();
      case COMPLETED -> Optional.of(new SagaResult.Completed<>(output(saga)));
      case COMPENSATED -> Optional.of(new SagaResult.Compensated<>(engine.failureOf(saga)));
      case STUCK -> Optional.of(new SagaResult.Stuck<>(String.valueOf(saga.stuckReason())));
    };
  }

  @SuppressWarnings("NullAway") // a null is what the body itself returned
  private O output(StoredSaga saga) {
    return outputType.cast(
        engine.json().decode("The output of saga " + id, saga.output(), outputType));
  }
}
