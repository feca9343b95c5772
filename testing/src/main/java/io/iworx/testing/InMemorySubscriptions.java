package io.iworx.testing;

import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.ClaimLostException;
import io.iworx.eventbus.spi.DeadLetter;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.SubscriptionDefinition;
import io.iworx.eventbus.spi.SubscriptionStatus;
import io.iworx.eventbus.spi.SubscriptionStore;
import io.iworx.eventbus.spi.TransactionalWork;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Claims, checkpoints and what was set aside. */
final class InMemorySubscriptions implements SubscriptionStore {
  private final InMemoryEvents events;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Row> rows = new TreeMap<>();

  InMemorySubscriptions(InMemoryEvents events, Clock clock) {
    this.events = events;
    this.clock = clock;
  }

  private static final class Row {
    private final long startedAt;
    private final Map<Long, DeadLetter> deadLetters = new LinkedHashMap<>();
    private SubscriptionDefinition definition;
    private long checkpoint;
    private long fence;
    private @Nullable String instance;
    private Instant leaseEnd = Instant.MIN;

    Row(SubscriptionDefinition definition, long startedAt) {
      this.definition = definition;
      this.startedAt = startedAt;
      this.checkpoint = startedAt;
    }

    boolean isHeldByOther(String claimant, Instant now) {
      return instance != null && !instance.equals(claimant) && now.isBefore(leaseEnd);
    }
  }

  @Override
  public Optional<Claim> claim(SubscriptionDefinition definition, String instance, Duration lease) {
    lock.lock();
    try {
      var row =
          rows.computeIfAbsent(definition.name(), _ -> new Row(definition, startOf(definition)));
      row.definition = definition;
      if (row.isHeldByOther(instance, clock.instant())) {
        return Optional.empty();
      }
      row.instance = instance;
      row.fence++;
      row.leaseEnd = clock.instant().plus(lease);
      return Optional.of(new Claim(definition.name(), instance, row.fence, row.checkpoint, lease));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void advance(Claim claim, long checkpoint) {
    lock.lock();
    try {
      var row = held(claim);
      row.checkpoint = Math.max(row.checkpoint, checkpoint);
      row.leaseEnd = clock.instant().plus(claim.lease());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Refuses: there is no transaction to hand out.
   *
   * @throws IllegalStateException always
   */
  @Override
  public void handleIn(Claim claim, long checkpoint, TransactionalWork work) {
    throw new IllegalStateException(
        "An event log in memory has no transactions; subscribe without one, or test with PostgreSQL.");
  }

  @Override
  public void setAside(Claim claim, LogEntry entry, int attempts, String reason) {
    lock.lock();
    try {
      held(claim)
          .deadLetters
          .putIfAbsent(entry.position(), new DeadLetter(entry, attempts, reason, clock.instant()));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void release(Claim claim) {
    lock.lock();
    try {
      var row = rows.get(claim.subscription());
      if (row != null && row.fence == claim.fence()) {
        row.instance = null;
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<SubscriptionStatus> list() {
    lock.lock();
    try {
      return rows.values().stream().map(this::status).toList();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<DeadLetter> deadLetters(String subscription, int limit) {
    lock.lock();
    try {
      var row = rows.get(subscription);
      return row == null
          ? List.of()
          : List.copyOf(row.deadLetters.values()).reversed().stream().limit(limit).toList();
    } finally {
      lock.unlock();
    }
  }

  /** Nobody took over since: a claim whose lease has passed still holds until then. */
  private Row held(Claim claim) {
    var row = rows.get(claim.subscription());
    if (row == null || row.fence != claim.fence() || row.instance == null) {
      throw new ClaimLostException(claim);
    }
    return row;
  }

  private long startOf(SubscriptionDefinition definition) {
    return switch (definition.start()) {
      case LATEST -> events.last();
      case EARLIEST -> 0;
    };
  }

  private SubscriptionStatus status(Row row) {
    var now = clock.instant();
    var unread = events.after(row.checkpoint, 1);
    return new SubscriptionStatus(
        row.definition.name(),
        row.definition.service(),
        row.definition.patterns(),
        row.startedAt,
        row.checkpoint,
        Math.max(0, events.last() - row.checkpoint),
        unread.isEmpty() ? Duration.ZERO : Duration.between(unread.getFirst().timestamp(), now),
        now.isBefore(row.leaseEnd) ? row.instance : null,
        row.deadLetters.size());
  }
}
