package io.iworx.sagas;

import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/** What a step or a compensation does, and where. */
sealed interface Work {

  /** In this database: committed together with its record. */
  record Inside(InsideCode code) implements Work {}

  /** Anywhere else: under an idempotency key. */
  record Outside(OutsideCode code) implements Work {}

  /** Code that takes the transaction. */
  @FunctionalInterface
  interface InsideCode {
    @Nullable Object run(Connection connection) throws Exception;
  }

  /** Code that takes none. */
  @FunctionalInterface
  interface OutsideCode {
    @Nullable Object run() throws Exception;
  }
}
