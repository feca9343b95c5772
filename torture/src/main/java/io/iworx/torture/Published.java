package io.iworx.torture;

import org.jspecify.annotations.Nullable;

/**
 * What a publisher noted of an event.
 *
 * @param calledAt before the publisher called the bus
 * @param acknowledgedAt after the bus, or the commit, returned; {@link #NEVER} when it did not:
 *     then nobody knows whether the event is in the log
 * @param wasRolledBack whether it was given up before any commit
 */
record Published(
    String id,
    PublishKind kind,
    @Nullable String key,
    Mood mood,
    long calledAt,
    long acknowledgedAt,
    boolean wasRolledBack) {
  static final long NEVER = Long.MAX_VALUE;

  static Published intended(
      String id, PublishKind kind, @Nullable String key, Mood mood, long calledAt) {
    return new Published(id, kind, key, mood, calledAt, NEVER, false);
  }

  Published acknowledged(long at) {
    return new Published(id, kind, key, mood, calledAt, at, wasRolledBack);
  }

  Published rolledBack() {
    return new Published(id, kind, key, mood, calledAt, acknowledgedAt, true);
  }

  boolean isAcknowledged() {
    return acknowledgedAt != NEVER;
  }
}
