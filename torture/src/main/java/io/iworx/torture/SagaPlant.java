package io.iworx.torture;

import io.iworx.sagas.spi.Progress;
import io.iworx.sagas.spi.SagaStore;
import io.iworx.sagas.spi.SagaWork;
import io.iworx.sagas.spi.StepRecord;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;

/** A defect built into sagas, so that the harness can be seen to find it. */
enum SagaPlant {
  NONE,
  /** A store that forgets a record. */
  FORGET,
  /** Calls with another idempotency key on each attempt. */
  FRESH_KEYS,
  /** Steps that take the connection and write in a transaction of their own. */
  REPEAT,
  /** A store that forgets that a step was undone. */
  UNDO_AGAIN;

  /** The store, as the defect has it. */
  SagaStore spoil(SagaStore store) {
    if (this != FORGET && this != UNDO_AGAIN) {
      return store;
    }
    return (SagaStore)
        Proxy.newProxyInstance(
            SagaStore.class.getClassLoader(),
            new Class<?>[] {SagaStore.class},
            (_, method, arguments) -> {
              var spoilt =
                  arguments == null ? null : Arrays.stream(arguments).map(this::spoilt).toArray();
              try {
                return method.invoke(store, spoilt);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private Object spoilt(Object argument) {
    return switch (argument) {
      case Progress progress -> forgetting(progress);
      case SagaWork work -> (SagaWork) connection -> forgetting(work.run(connection));
      default -> argument;
    };
  }

  private Progress forgetting(Progress progress) {
    return new Progress(
        progress.records().stream().filter(it -> !isForgotten(it)).toList(),
        progress.transition(),
        progress.waits());
  }

  private boolean isForgotten(StepRecord step) {
    return this == FORGET
        ? step.step().equals("count#2")
        : step.kind() == StepRecord.Kind.UNDONE && step.step().equals("count#2");
  }
}
