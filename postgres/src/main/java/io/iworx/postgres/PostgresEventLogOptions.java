package io.iworx.postgres;

import java.time.Duration;

/**
 * How the end of the log is watched while somebody waits for it.
 *
 * @param urgentPoll while an event of this process is on its way: a transaction given to {@code
 *     appendIn} may commit at any moment
 * @param activePoll while events arrive or other publishers are in the middle of a transaction
 * @param idlePoll when nothing has happened for a while
 * @param notices whether processes tell each other of new events (LISTEN, NOTIFY), so that an idle
 *     one need not wait for its next poll; takes one connection while somebody waits for events
 */
public record PostgresEventLogOptions(
    Duration urgentPoll, Duration activePoll, Duration idlePoll, boolean notices) {

  public static final Duration DEFAULT_URGENT_POLL = Duration.ofMillis(4);
  public static final Duration DEFAULT_ACTIVE_POLL = Duration.ofMillis(20);
  public static final Duration DEFAULT_IDLE_POLL = Duration.ofMillis(250);

  public PostgresEventLogOptions {
    if (!urgentPoll.isPositive()
        || activePoll.compareTo(urgentPoll) < 0
        || idlePoll.compareTo(activePoll) < 0) {
      throw new IllegalArgumentException(
          "Polling must be positive and slow down from urgent ("
              + urgentPoll
              + ") over active ("
              + activePoll
              + ") to idle ("
              + idlePoll
              + ").");
    }
  }

  public static PostgresEventLogOptions defaults() {
    return new PostgresEventLogOptions(
        DEFAULT_URGENT_POLL, DEFAULT_ACTIVE_POLL, DEFAULT_IDLE_POLL, true);
  }

  public PostgresEventLogOptions withUrgentPoll(Duration newUrgentPoll) {
    return new PostgresEventLogOptions(newUrgentPoll, activePoll, idlePoll, notices);
  }

  public PostgresEventLogOptions withActivePoll(Duration newActivePoll) {
    return new PostgresEventLogOptions(urgentPoll, newActivePoll, idlePoll, notices);
  }

  public PostgresEventLogOptions withIdlePoll(Duration newIdlePoll) {
    return new PostgresEventLogOptions(urgentPoll, activePoll, newIdlePoll, notices);
  }

  public PostgresEventLogOptions withNotices(boolean newNotices) {
    return new PostgresEventLogOptions(urgentPoll, activePoll, idlePoll, newNotices);
  }
}
