package io.iworx.sagas.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is added to a saga in one commit.
 *
 * @param records step records, by sequence; may be empty
 * @param transition the change of its state; null when it stays
 * @param waits give the saga out of hand until the first of them ends; empty when the holder goes
 *     on
 */
public record Progress(
    List<StepRecord> records, @Nullable Transition transition, List<Wait> waits) {
  public Progress {
    records = List.copyOf(records);
    waits = List.copyOf(waits);
    if (!waits.isEmpty() && transition != null) {
      throw new IllegalArgumentException("A saga that waits stays in its state.");
    }
  }

  /** The holder goes on. */
  public Progress(List<StepRecord> records, @Nullable Transition transition) {
    this(records, transition, List.of());
  }
}
