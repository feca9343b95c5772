package io.iworx.torture;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A saga that was struck, as its caller saw it.
 *
 * @param what was held at the moment; null when the saga ended before it came
 * @param started whether its caller was told that it was started
 * @param takeover how long another needed to go on with what a killed one had held; null when
 *     nothing was taken over
 * @param complaint what was wrong meanwhile; null when nothing was
 */
record SagaCase(
    SagaPath path,
    SagaFault fault,
    int moment,
    @Nullable String what,
    boolean started,
    @Nullable Duration takeover,
    @Nullable String complaint) {

  static String name(SagaPath path, SagaFault fault, int moment) {
    return "%s-%s-%d".formatted(path, fault, moment);
  }

  String name() {
    return name(path, fault, moment);
  }

  boolean wasStruck() {
    return what != null;
  }
}
