package io.iworx.gateway;

import java.util.concurrent.atomic.AtomicInteger;

/** Which of a route's requests go to its canary: so many of each hundred, spread evenly. */
final class CanaryShare {
  private static final int ALL = 100;

  private final RouteTable.Entry entry;
  private final int percent;
  private final AtomicInteger count = new AtomicInteger();

  CanaryShare(RouteTable.Entry entry, int percent) {
    this.entry = entry;
    this.percent = percent;
  }

  RouteTable.Entry entry() {
    return entry;
  }

  /** Whether it is the canary's turn, and somebody there to take it. */
  boolean takes() {
    return Math.floorMod(count.getAndAdd(percent), ALL) < percent
        && entry.upstream().open().length > 0;
  }
}
