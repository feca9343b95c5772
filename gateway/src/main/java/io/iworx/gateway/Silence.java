package io.iworx.gateway;

import java.time.Duration;

/**
 * Watches a connection on which answers are waited for: after some silence a PING is to end it, and
 * when nothing comes of that the connection is dead. In one silence there is no second PING, unless
 * another request was sent: servers take more for an attack (gRPC's allow one in five minutes).
 */
final class Silence {
  private static final long LASTS_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long PINGS_APART_NANOS = Duration.ofMinutes(5).toNanos();

  /** What is to be done. */
  enum Turn {
    WAIT,
    PING,
    DEAD
  }

  private boolean heard;
  private boolean asked;
  private boolean pinged;
  private long heardAt = System.nanoTime();
  private long pingedAt = heardAt;

  /** Something came. */
  void heard() {
    heard = true;
  }

  /** A request was sent. */
  void asked() {
    asked = true;
  }

  /** How long nothing has come; called at each tick. */
  long lastsFor(long now) {
    if (heard) {
      heard = false;
      pinged = false;
      heardAt = now;
    }
    return now - heardAt;
  }

  /**
   * What to do now.
   *
   * @param patienceNanos how long the answer to a PING may take
   */
  Turn turn(long now, long patienceNanos) {
    var silent = lastsFor(now);
    if (pinged) {
      return now - pingedAt > patienceNanos ? Turn.DEAD : Turn.WAIT;
    }
    if (silent <= LASTS_NANOS || !(asked || now - pingedAt > PINGS_APART_NANOS)) {
      return Turn.WAIT;
    }
    pinged = true;
    asked = false;
    pingedAt = now;
    return Turn.PING;
  }
}
