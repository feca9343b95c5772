package io.iworx.sagas.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is added to a saga in one commit.
 *
 * @param records step records, by sequence; may be empty
 * @param transition the change of its state; null when it stays
 */
public record Progress(List<StepRecord> records, @Nullable Transition transition) {
  public Progress {
    records = List.copyOf(records);
  }
}
