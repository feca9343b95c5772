package io.iworx.testing;

import io.iworx.eventbus.EventException;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.DeadLetter;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Slice;
import io.iworx.eventbus.spi.SubscriptionDefinition;
import io.iworx.eventbus.spi.SubscriptionStatus;
import io.iworx.eventbus.spi.SubscriptionStore;
import io.iworx.eventbus.spi.TransactionalWork;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
  public Slice read(long after, int limit) {
    return log().read(after, limit);
  }

  @Override
  public long head() {
    return log().head();
  }

  @Override
  public void awaitAfter(long position, Duration atMost) throws InterruptedException {
    log().awaitAfter(position, atMost);
  }

  @Override
  public SubscriptionStore subscriptions() {
    return this;
  }

  @Override
  public Optional<Claim> claim(SubscriptionDefinition definition, String instance, Duration lease) {
    return log().subscriptions().claim(definition, instance, lease);
  }

  @Override
  public void advance(Claim claim, long checkpoint) {
    log().subscriptions().advance(claim, checkpoint);
  }

  @Override
  public void handleIn(Claim claim, long checkpoint, TransactionalWork work) throws Exception {
    log()
        .subscriptions()
        .handleIn(
            claim,
            checkpoint,
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
  public void setAside(Claim claim, LogEntry entry, int attempts, String reason) {
    log().subscriptions().setAside(claim, entry, attempts, reason);
  }

  @Override
  public void release(Claim claim) {
    log().subscriptions().release(claim);
  }

  @Override
  public List<SubscriptionStatus> list() {
    return log().subscriptions().list();
  }

  @Override
  public List<DeadLetter> deadLetters(String subscription, int limit) {
    return log().subscriptions().deadLetters(subscription, limit);
  }

  /** The real log stays open: it is its owner's. */
  @Override
  public void close() {
    cutOff();
  }
}
