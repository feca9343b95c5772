package io.iworx.sagas.spi;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Runs the code of steps and compensations, each attempt, with context and idempotency key in
 * scope. A test kit gives outcomes in its place.
 */
@FunctionalInterface
public interface StepRunner {

  /** Runs the code. */
  StepRunner PLAIN = (_, code) -> code.call();

  /**
   * One attempt, on the saga's thread.
   *
   * @param identity the step's, followed by {@code /undo} for its compensation
   * @return what the step returns, of its class; ignored of a compensation
   */
  @Nullable Object run(String identity, Callable<@Nullable Object> code) throws Exception;
}
