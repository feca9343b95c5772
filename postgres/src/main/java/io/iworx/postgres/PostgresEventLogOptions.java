package io.iworx.postgres;

import java.time.Duration;

/**
 * How a log writes events, and how its end is watched while somebody waits for it.
 *
 * @param urgentPoll while an event of this process is on its way: a transaction given to {@code
 *     appendIn} may commit at any moment
 * @param activePoll while events arrive or other publishers are in the middle of a transaction
 * @param idlePoll when nothing has happened for a while
 * @param notices whether processes tell each other of new events (LISTEN, NOTIFY), so that an idle
 *     one need not wait for its next poll; takes one connection while somebody waits for events
 * @param publishing how events are written that share no caller's transaction
 */
public record PostgresEventLogOptions(
    Duration urgentPoll,
    Duration activePoll,
    Duration idlePoll,
    boolean notices,
    PublishOptions publishing) {

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
        DEFAULT_URGENT_POLL,
        DEFAULT_ACTIVE_POLL,
        DEFAULT_IDLE_POLL,
        true,
        PublishOptions.defaults());
  }

  public PostgresEventLogOptions withUrgentPoll(Duration newUrgentPoll) {
    return new PostgresEventLogOptions(newUrgentPoll, activePoll, idlePoll, notices, publishing);
  }

  public PostgresEventLogOptions withActivePoll(Duration newActivePoll) {
    return new PostgresEventLogOptions(urgentPoll, newActivePoll, idlePoll, notices, publishing);
  }

  public PostgresEventLogOptions withIdlePoll(Duration newIdlePoll) {
    return new PostgresEventLogOptions(urgentPoll, activePoll, newIdlePoll, notices, publishing);
  }

  public PostgresEventLogOptions withNotices(boolean newNotices) {
    return new PostgresEventLogOptions(urgentPoll, activePoll, idlePoll, newNotices, publishing);
  }

  public PostgresEventLogOptions withPublishing(PublishOptions newPublishing) {
    return new PostgresEventLogOptions(urgentPoll, activePoll, idlePoll, notices, newPublishing);
  }
}
