package io.iworx.eventbus.spi;

import java.time.Instant;

/** Where a new subscription begins. */
public sealed interface Start {
  /** After the last event there is. */
  Start LATEST = new Latest();

  /** With the first event there is. */
  Start EARLIEST = new After(0);

  /** With the first event published at that time or later. */
  static Start at(Instant time) {
    return new From(time);
  }

  /** With the first event after a position. */
  static Start after(long position) {
    return new After(position);
  }

  /** After the last event there is. */
  record Latest() implements Start {}

  /** With the first event after a position. */
  record After(long position) implements Start {
    public After {
      if (position < 0) {
        throw new IllegalArgumentException(
            "A subscription starts after position 0 or later, not " + position + ".");
      }
    }
  }

  /** With the first event published at that time or later. */
  record From(Instant time) implements Start {}
}
