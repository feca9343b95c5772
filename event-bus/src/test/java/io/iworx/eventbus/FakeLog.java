package io.iworx.eventbus;

import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.ClaimLostException;
import io.iworx.eventbus.spi.DeadLetter;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Slice;
import io.iworx.eventbus.spi.SubscriptionDefinition;
import io.iworx.eventbus.spi.SubscriptionStatus;
import io.iworx.eventbus.spi.SubscriptionStore;
import io.iworx.eventbus.spi.TransactionalWork;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A small port for one subscription, which fails when it is told to. */
final class FakeLog implements EventLog, SubscriptionStore {
  /** A connection for handlers that write nothing. */
  private static final Connection CONNECTION =
      (Connection)
          Proxy.newProxyInstance(
              FakeLog.class.getClassLoader(),
              new Class<?>[] {Connection.class},
              (_, method, _) -> {
                throw new IllegalStateException("no database behind " + method.getName());
              });

  final List<LogEntry> entries = new CopyOnWriteArrayList<>();
  final List<Long> setAside = new CopyOnWriteArrayList<>();
  final AtomicLong checkpoint = new AtomicLong();
  final AtomicLong fence = new AtomicLong();
  final AtomicLong advances = new AtomicLong();
  final AtomicLong failingReads = new AtomicLong();
  volatile boolean failingAdvances;
  volatile boolean failingCommits;
  volatile boolean released;

  @Override
  public Set<Feature> features() {
    return Set.of(Feature.CALLER_TRANSACTION);
  }

  @Override
  public List<LogEntry> append(List<Draft> drafts) {
    return drafts.stream().map(this::append).toList();
  }

  private LogEntry append(Draft draft) {
    var entry =
        new LogEntry(
            entries.size() + 1L,
            draft.id(),
            draft.type(),
            draft.service(),
            draft.correlation().correlationId(),
            draft.correlation().causationId(),
            Instant.EPOCH,
            draft.key(),
            draft.payload(),
            draft.metadata(),
            null,
            draft.expiresAt());
    entries.add(entry);
    return entry;
  }

  @Override
  public List<LogEntry> appendIn(Connection connection, List<Draft> drafts) {
    return append(drafts);
  }

  @Override
  public Slice read(long after, int limit) {
    if (failingReads.getAndDecrement() > 0) {
      throw new EventException("planted: the log does not answer");
    }
    var slice = entries.stream().skip(after).limit(limit).toList();
    return new Slice(slice, after + slice.size());
  }

  @Override
  public long head() {
    return entries.size();
  }

  @Override
  public void awaitAfter(long position, Duration atMost) throws InterruptedException {
    if (entries.size() <= position) {
      new CountDownLatch(1).await(2, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public SubscriptionStore subscriptions() {
    return this;
  }

  @Override
  public Optional<Claim> claim(SubscriptionDefinition definition, String instance, Duration lease) {
    released = false;
    return Optional.of(
        new Claim(definition.name(), instance, fence.incrementAndGet(), checkpoint.get(), lease));
  }

  @Override
  public void advance(Claim claim, long newCheckpoint) {
    requireHeld(claim);
    if (failingAdvances) {
      throw new EventException("planted: no answer to a sign of life");
    }
    advances.incrementAndGet();
    checkpoint.accumulateAndGet(newCheckpoint, Math::max);
  }

  @Override
  public void handleIn(Claim claim, long newCheckpoint, TransactionalWork work) throws Exception {
    requireHeld(claim);
    work.run(CONNECTION);
    if (failingCommits) {
      throw new EventException("planted: the commit failed");
    }
    checkpoint.accumulateAndGet(newCheckpoint, Math::max);
  }

  @Override
  public void setAside(Claim claim, LogEntry entry, int attempts, String reason) {
    requireHeld(claim);
    setAside.add(entry.position());
  }

  @Override
  public void release(Claim claim) {
    released = true;
  }

  @Override
  public List<SubscriptionStatus> list() {
    return List.of();
  }

  @Override
  public List<DeadLetter> deadLetters(String subscription, int limit) {
    return List.of();
  }

  @Override
  public void close() {}

  private void requireHeld(Claim claim) {
    if (claim.fence() != fence.get()) {
      throw new ClaimLostException(claim);
    }
  }
}
