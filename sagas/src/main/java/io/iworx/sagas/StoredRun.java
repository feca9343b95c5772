package io.iworx.sagas;

import io.iworx.sagas.spi.Transition;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A handle on a saga: what its runner says when it ended here, else what is stored. */
final class StoredRun<O> implements SagaRun<O> {
  private final SagaEngine engine;
  private final String id;
  private final @Nullable SagaRunner runner;
  private final Class<O> outputType;

  StoredRun(SagaEngine engine, SagaEngine.Started started, Class<O> outputType) {
    this.engine = engine;
    this.id = started.id();
    this.runner = started.runner();
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
      var ending = endingHere(atMost);
      if (ending != null) {
        var failure = ending.failure();
        return failure == null
            ? new SagaResult.Completed<>(output(ending.output()))
            : new SagaResult.Compensated<>(failure);
      }
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

  /** Null when it did not end for good, or not in the hands of this instance. */
  private @Nullable Transition endingHere(Duration atMost) throws InterruptedException {
    return runner != null && runner.await(atMost) ? runner.ending() : null;
  }

  private Optional<SagaResult<O>> stored() {
    var saga = engine.find(id);
    return switch (saga.state()) {
      case RUNNING, COMPENSATING -> Optional.empty();
      case COMPLETED -> Optional.of(new SagaResult.Completed<>(output(saga.output())));
      case COMPENSATED -> Optional.of(new SagaResult.Compensated<>(engine.failureOf(saga)));
      case STUCK -> Optional.of(new SagaResult.Stuck<>(String.valueOf(saga.stuckReason())));
    };
  }

  @SuppressWarnings("NullAway") // a null is what the body itself returned
  private O output(@Nullable String json) {
    return outputType.cast(engine.json().decode("The output of saga " + id, json, outputType));
  }
}
