package io.iworx.testing;

import io.iworx.eventbus.EventException;
import io.iworx.eventbus.spi.Advance;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.DeadLetter;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.Inbox;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Schedule;
import io.iworx.eventbus.spi.Slice;
import io.iworx.eventbus.spi.Standing;
import io.iworx.eventbus.spi.SubscriptionAdmin;
import io.iworx.eventbus.spi.SubscriptionDefinition;
import io.iworx.eventbus.spi.SubscriptionStore;
import io.iworx.eventbus.spi.TransactionalWork;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * A log that can be cut off: from then on nothing of what its user does reaches the real one, as
 * after the death of the process or of its network, until it is joined again.
 */
final class CutOffLog implements EventLog, SubscriptionStore {
  private final EventLog log;
  private volatile boolean cutOff;
  private volatile boolean losesCommitAnswers;

  CutOffLog(EventLog log) {
    this.log = log;
  }

  void cutOff() {
    cutOff = true;
  }

  void join() {
    cutOff = false;
  }

  /** Transactions commit, and whoever asked for it gets an exception. */
  void loseCommitAnswers(boolean lose) {
    losesCommitAnswers = lose;
  }

  private EventLog log() {
    if (cutOff) {
      throw new EventException("The event log is cut off.");
    }
    return log;
  }

  @Override
  public Set<Feature> features() {
    return log.features();
  }

  @Override
  public List<LogEntry> append(List<Draft> drafts) {
    return log().append(drafts);
  }

  @Override
  public List<LogEntry> appendIn(Connection connection, List<Draft> drafts) {
    return log().appendIn(connection, drafts);
  }

  @Override
  public Schedule schedule() {
    return log().schedule();
  }

  /** The handler's database is not what is cut off. */
  @Override
  public Inbox inbox() {
    return log.inbox();
  }

  @Override
  public Slice read(Checkpoint from, int limit) {
    return log().read(from, limit);
  }

  @Override
  public List<LogEntry> readKey(String key, long after, long upTo, int limit) {
    return log().readKey(key, after, upTo, limit);
  }

  @Override
  public Checkpoint head() {
    return log().head();
  }

  @Override
  public void awaitBeyond(Checkpoint from, Duration atMost) throws InterruptedException {
    log().awaitBeyond(from, atMost);
  }

  @Override
  public SubscriptionStore subscriptions() {
    return this;
  }

  @Override
  public void define(SubscriptionDefinition definition) {
    log().subscriptions().define(definition);
  }

  @Override
  public List<Standing> attend(
      String instance, Duration lease, List<SubscriptionDefinition> subscriptions) {
    return log().subscriptions().attend(instance, lease, subscriptions);
  }

  @Override
  public List<Claim> claim(
      SubscriptionDefinition definition, String instance, Duration lease, int atMost) {
    return log().subscriptions().claim(definition, instance, lease, atMost);
  }

  @Override
  public List<Claim> advance(List<Advance> advances) {
    return log().subscriptions().advance(advances);
  }

  @Override
  public void handleIn(Advance advance, TransactionalWork work) throws Exception {
    log()
        .subscriptions()
        .handleIn(
            advance,
            connection -> {
              work.run(connection);
              if (cutOff) {
                throw new EventException("The event log was cut off before the commit.");
              }
            });
    if (losesCommitAnswers) {
      throw new EventException("The answer to a commit was lost.");
    }
  }

  @Override
  public void release(Advance last) {
    log().subscriptions().release(last);
  }

  @Override
  public void leave(String subscription, String instance) {
    log().subscriptions().leave(subscription, instance);
  }

  @Override
  public List<DeadLetter> redrives(Claim claim, int limit) {
    return log().subscriptions().redrives(claim, limit);
  }

  @Override
  public boolean hasDeadLetters(String subscription, String key) {
    return log().subscriptions().hasDeadLetters(subscription, key);
  }

  @Override
  public SubscriptionAdmin admin() {
    return log().subscriptions().admin();
  }

  @Override
  public void close() {}
}
