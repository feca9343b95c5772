package io.iworx.sagas;

import io.iworx.sagas.spi.StepRecord;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is recorded of the body, or of one branch of it, read back in order. Used by the one thread
 * that runs that part.
 */
final class Replay {
  private final List<StepRecord> records = new ArrayList<>();
  private int read;

  void add(StepRecord step) {
    records.add(step);
  }

  boolean isOver() {
    return read == records.size();
  }

  /** Whether this comes next; it is read then. */
  @Nullable StepRecord nextIf(String identity) {
    return !isOver() && records.get(read).step().equals(identity) ? records.get(read++) : null;
  }

  /** What is recorded of the step that is reached next; null when it has not been there. */
  @Nullable StepRecord next(String identity) {
    if (isOver()) {
      return null;
    }
    var expected = records.get(read);
    if (!expected.step().equals(identity)) {
      throw diverged("came to step " + identity, expected);
    }
    read++;
    return expected;
  }

  /** Must hold when that part of the body ends. */
  void requireOver() {
    if (!isOver()) {
      throw diverged("ended", records.get(read));
    }
  }

  private static Unwind diverged(String what, StepRecord expected) {
    return Unwind.stuck(
        "On replay the body "
            + what
            + " where step "
            + expected.step()
            + " is recorded (number "
            + expected.sequence()
            + "): its code changed under the same version, or depends on something that is not"
            + " recorded.");
  }
}
