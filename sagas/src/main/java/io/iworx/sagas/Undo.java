package io.iworx.sagas;

import org.jspecify.annotations.Nullable;

/** How to undo a step, given what it returned. */
@FunctionalInterface
interface Undo {

  /** Null when there is nothing to undo. */
  @Nullable Work of(@Nullable Object result);

  Undo NOTHING = _ -> null;
}
