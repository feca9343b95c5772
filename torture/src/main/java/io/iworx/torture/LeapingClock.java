package io.iworx.torture;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that is wrong, and jumps when told. Safe for any thread. */
final class LeapingClock extends Clock {
  private final Clock right;
  private final AtomicReference<Duration> offset;

  private LeapingClock(Clock right, AtomicReference<Duration> offset) {
    this.right = right;
    this.offset = offset;
  }

  static LeapingClock wrongBy(Duration offset) {
    return new LeapingClock(Clock.systemUTC(), new AtomicReference<>(offset));
  }

  void jump(Duration by) {
    offset.updateAndGet(it -> it.plus(by));
  }

  @Override
  public Instant instant() {
    return right.instant().plus(offset.get());
  }

  @Override
  public ZoneId getZone() {
    return right.getZone();
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return new LeapingClock(right.withZone(zone), offset);
  }
}
