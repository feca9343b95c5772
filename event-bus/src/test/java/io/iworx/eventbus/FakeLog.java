package io.iworx.eventbus;

import io.iworx.eventbus.spi.Advance;
import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.ClaimLostException;
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
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
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
  final Map<BlockedKey.Id, BlockedKey> blocked = new ConcurrentSkipListMap<>();
  volatile Checkpoint checkpoint = Checkpoint.BEGINNING;
  final AtomicLong fence = new AtomicLong();
  final AtomicLong advances = new AtomicLong();
  final AtomicLong failingReads = new AtomicLong();

  /** Reads that are told that what they ask for has not been come to yet. */
  final AtomicLong readsBehind = new AtomicLong();

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
            draft.correlation().traceContext(),
            draft.expiresAt());
    entries.add(entry);
    return entry;
  }

  @Override
  public List<LogEntry> appendIn(Connection connection, List<Draft> drafts) {
    return append(drafts);
  }

  @Override
  public Schedule schedule() {
    throw new IllegalStateException("not offered");
  }

  @Override
  public Inbox inbox() {
    throw new IllegalStateException("not offered");
  }

  @Override
  public Slice read(Checkpoint from, int limit) {
    if (failingReads.getAndDecrement() > 0) {
      throw new EventException("planted: the log does not answer");
    }
    if (!from.pending().isEmpty() && readsBehind.getAndDecrement() > 0) {
      return new Slice(List.of(), from, 0);
    }
    var slice =
        entries.stream()
            .filter(
                it ->
                    from.pending().contains(it.position())
                        || (it.position() > from.position()
                            && it.position() <= from.position() + limit))
            .toList();
    var upTo = slice.isEmpty() ? from.position() : slice.getLast().position();
    return new Slice(slice, Checkpoint.at(Math.max(upTo, from.position())), entries.size());
  }

  @Override
  public List<LogEntry> readKey(String key, long after, long upTo, int limit) {
    return entries.stream()
        .filter(it -> key.equals(it.key()) && it.position() > after && it.position() <= upTo)
        .limit(limit)
        .toList();
  }

  @Override
  public Checkpoint head() {
    return Checkpoint.at(entries.size());
  }

  @Override
  public void awaitBeyond(Checkpoint from, Duration atMost) throws InterruptedException {
    if (entries.size() <= from.position()) {
      new CountDownLatch(1).await(2, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public SubscriptionStore subscriptions() {
    return this;
  }

  @Override
  public void define(SubscriptionDefinition definition) {}

  @Override
  public List<Standing> attend(
      String instance, Duration lease, List<SubscriptionDefinition> subscriptions) {
    return subscriptions.stream()
        .map(
            it ->
                new Standing(
                    it.name(), 1, 1, it.number(), false, OptionalLong.empty(), false, lease))
        .toList();
  }

  @Override
  public List<Claim> claim(
      SubscriptionDefinition definition, String instance, Duration lease, int atMost) {
    released = false;
    return List.of(
        new Claim(
            definition.name(),
            0,
            1,
            instance,
            fence.incrementAndGet(),
            checkpoint,
            List.copyOf(blocked.values()),
            false,
            lease,
            Instant.EPOCH));
  }

  @Override
  public List<Claim> advance(List<Advance> all) {
    if (failingAdvances) {
      throw new EventException("planted: no answer to a sign of life");
    }
    advances.incrementAndGet();
    return all.stream().filter(it -> !written(it)).map(Advance::claim).toList();
  }

  private boolean written(Advance advance) {
    if (advance.claim().fence() != fence.get()) {
      return false;
    }
    if (advance.checkpoint() != null) {
      checkpoint = advance.checkpoint();
    }
    advance.freed().forEach(blocked::remove);
    advance.blocked().forEach(it -> blocked.put(it.id(), it));
    advance.deadLetters().forEach(it -> setAside.add(it.entry().position()));
    return true;
  }

  @Override
  public void handleIn(Advance advance, TransactionalWork work) throws Exception {
    work.run(CONNECTION);
    if (failingCommits) {
      throw new EventException("planted: the commit failed");
    }
    if (!written(advance)) {
      throw new ClaimLostException(advance.claim());
    }
  }

  @Override
  public void release(Advance last) {
    written(last);
    released = true;
  }

  @Override
  public void leave(String subscription, String instance) {}

  @Override
  public List<DeadLetter> redrives(Claim claim, int limit) {
    return List.of();
  }

  @Override
  public boolean hasDeadLetters(String subscription, String key) {
    return !setAside.isEmpty();
  }

  @Override
  public SubscriptionAdmin admin() {
    throw new IllegalStateException("no operator here");
  }

  @Override
  public void close() {}
}
