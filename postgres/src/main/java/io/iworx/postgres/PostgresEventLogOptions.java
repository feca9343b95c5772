package io.iworx.postgres;

import java.time.Duration;

/**
 * How a log writes events, and how its end is watched while somebody waits for it.
 *
 * @param urgentPoll while an event is on its way: a transaction given to {@code appendIn}, or one
 *     of another publisher that left a gap, may commit at any moment
 * @param activePoll while events arrive
 * @param unheardPoll when nothing has happened for a while, and no notice would tell
 * @param idlePoll the same while notices are heard: how late an event can be seen that was inserted
 *     by somebody who sends none
 * @param notices whether processes tell each other of new events (LISTEN, NOTIFY), so that an idle
 *     one need not wait for its next poll; takes one connection while somebody waits for events
 * @param publishing how events are written that share no caller's transaction
 */
public record PostgresEventLogOptions(
    Duration urgentPoll,
    Duration activePoll,
    Duration unheardPoll,
    Duration idlePoll,
    boolean notices,
    PublishOptions publishing) {

  public static final Duration DEFAULT_URGENT_POLL = Duration.ofMillis(2);
  public static final Duration DEFAULT_ACTIVE_POLL = Duration.ofMillis(20);
  public static final Duration DEFAULT_UNHEARD_POLL = Duration.ofMillis(60);
  public static final Duration DEFAULT_IDLE_POLL = Duration.ofSeconds(1);

  public PostgresEventLogOptions {
    if (!urgentPoll.isPositive()
        || activePoll.compareTo(urgentPoll) < 0
        || unheardPoll.compareTo(activePoll) < 0
        || idlePoll.compareTo(unheardPoll) < 0) {
      throw new IllegalArgumentException(
          "Polling must be positive and slow down from urgent ("
              + urgentPoll
              + ") over active ("
              + activePoll
              + ") and unheard ("
              + unheardPoll
              + ") to idle ("
              + idlePoll
              + ").");
    }
  }

  public static PostgresEventLogOptions defaults() {
    return new PostgresEventLogOptions(
        DEFAULT_URGENT_POLL,
        DEFAULT_ACTIVE_POLL,
        DEFAULT_UNHEARD_POLL,
        DEFAULT_IDLE_POLL,
        true,
        PublishOptions.defaults());
  }

  public PostgresEventLogOptions withUrgentPoll(Duration newUrgentPoll) {
    return new PostgresEventLogOptions(
        newUrgentPoll, activePoll, unheardPoll, idlePoll, notices, publishing);
  }

  public PostgresEventLogOptions withActivePoll(Duration newActivePoll) {
    return new PostgresEventLogOptions(
        urgentPoll, newActivePoll, unheardPoll, idlePoll, notices, publishing);
  }

  public PostgresEventLogOptions withUnheardPoll(Duration newUnheardPoll) {
    return new PostgresEventLogOptions(
        urgentPoll, activePoll, newUnheardPoll, idlePoll, notices, publishing);
  }

  public PostgresEventLogOptions withIdlePoll(Duration newIdlePoll) {
    return new PostgresEventLogOptions(
        urgentPoll, activePoll, unheardPoll, newIdlePoll, notices, publishing);
  }

  public PostgresEventLogOptions withNotices(boolean newNotices) {
    return new PostgresEventLogOptions(
        urgentPoll, activePoll, unheardPoll, idlePoll, newNotices, publishing);
  }

  public PostgresEventLogOptions withPublishing(PublishOptions newPublishing) {
    return new PostgresEventLogOptions(
        urgentPoll, activePoll, unheardPoll, idlePoll, notices, newPublishing);
  }
}
