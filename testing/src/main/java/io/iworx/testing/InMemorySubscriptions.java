package io.iworx.testing;

import io.iworx.eventbus.EventException;
import io.iworx.eventbus.spi.Advance;
import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.DeadLetter;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Standing;
import io.iworx.eventbus.spi.Start;
import io.iworx.eventbus.spi.SubscriptionAdmin;
import io.iworx.eventbus.spi.SubscriptionDefinition;
import io.iworx.eventbus.spi.SubscriptionStatus;
import io.iworx.eventbus.spi.SubscriptionStore;
import io.iworx.eventbus.spi.TransactionalWork;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Claims, checkpoints, what waits and what was set aside. */
final class InMemorySubscriptions implements SubscriptionStore, SubscriptionAdmin {
  private final InMemoryEvents events;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Row> rows = new TreeMap<>();

  InMemorySubscriptions(InMemoryEvents events, Clock clock) {
    this.events = events;
    this.clock = clock;
  }

  /** A subscription. */
  private static final class Row {
    private final long startedAt;
    private final List<Part> parts = new ArrayList<>();
    private final Map<String, Instant> present = new TreeMap<>();
    private final Map<String, Integer> definitions = new TreeMap<>();
    private final Map<String, DeadLetter> deadLetters = new LinkedHashMap<>();
    private SubscriptionDefinition definition;

    Row(SubscriptionDefinition definition, long startedAt) {
      this.definition = definition;
      this.startedAt = startedAt;
      for (var number = 0; number < definition.partitions(); number++) {
        parts.add(new Part(startedAt));
      }
    }

    Part partOf(LogEntry entry) {
      return parts.get(entry.slot() % parts.size());
    }
  }

  /** A partition. */
  private static final class Part {
    private final TreeMap<Long, BlockedKey> blocked = new TreeMap<>();
    private Checkpoint checkpoint;
    private long fence;
    private @Nullable String instance;
    private Instant leaseEnd = Instant.MIN;

    Part(long startedAt) {
      this.checkpoint = Checkpoint.at(startedAt);
    }

    boolean isUnread(LogEntry entry) {
      return !checkpoint.isPast(entry.position())
          || blocked.containsKey(entry.position())
          || blocked.values().stream()
              .anyMatch(
                  it ->
                      it.key() != null
                          && it.key().equals(entry.key())
                          && it.position() <= entry.position());
    }
  }

  private <T> T locked(Supplier<T> work) {
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void define(SubscriptionDefinition definition) {
    locked(
        () -> {
          var row =
              rows.computeIfAbsent(
                  definition.name(), _ -> new Row(definition, startOf(definition)));
          if (row.definition.number() < definition.number()) {
            row.definition = definition;
          }
          if (row.definition.number() == definition.number()
              && !Set.copyOf(row.definition.patterns()).equals(Set.copyOf(definition.patterns()))) {
            throw new EventException(
                "Definition "
                    + definition.number()
                    + " of subscription "
                    + definition.name()
                    + " has other types: give the changed ones a new number.");
          }
          return row;
        });
  }

  @Override
  public List<Standing> attend(
      String instance, Duration lease, List<SubscriptionDefinition> subscriptions) {
    return locked(() -> subscriptions.stream().map(it -> attend(it, instance, lease)).toList());
  }

  private Standing attend(SubscriptionDefinition definition, String instance, Duration lease) {
    var row =
        rows.computeIfAbsent(definition.name(), _ -> new Row(definition, startOf(definition)));
    var now = clock.instant();
    row.present.put(instance, now.plus(lease));
    row.definitions.put(instance, definition.number());
    var newest = row.definition.number();
    var here =
        row.present.entrySet().stream()
            .filter(it -> now.isBefore(it.getValue()))
            .map(Map.Entry::getKey)
            .filter(it -> row.definitions.getOrDefault(it, 0) == newest)
            .toList();
    var partitions = row.parts.size();
    var rank = here.indexOf(instance);
    var share = rank < 0 ? 0 : partitions / here.size() + (rank < partitions % here.size() ? 1 : 0);
    return new Standing(
        definition.name(),
        partitions,
        share,
        newest,
        false,
        OptionalLong.empty(),
        false,
        changesIn(row, instance, now, lease));
  }

  private static Duration changesIn(Row row, String instance, Instant now, Duration lease) {
    var next = now.plus(lease);
    for (var other : row.present.entrySet()) {
      if (!other.getKey().equals(instance)
          && now.isBefore(other.getValue())
          && other.getValue().isBefore(next)) {
        next = other.getValue();
      }
    }
    return Duration.between(now, next);
  }

  @Override
  public List<Claim> claim(
      SubscriptionDefinition definition, String instance, Duration lease, int atMost) {
    return locked(
        () -> {
          var now = clock.instant();
          var claims = new ArrayList<Claim>();
          var parts =
              rows.containsKey(definition.name())
                  ? rows.get(definition.name()).parts
                  : List.<Part>of();
          for (var number = 0; number < parts.size() && claims.size() < atMost; number++) {
            var part = parts.get(number);
            if (part.instance == null || !now.isBefore(part.leaseEnd)) {
              claims.add(taken(definition.name(), number, part, instance, lease));
            }
          }
          return claims;
        });
  }

  private Claim taken(String name, int number, Part part, String instance, Duration lease) {
    var afterCrash = part.instance != null;
    part.instance = instance;
    part.fence++;
    part.leaseEnd = clock.instant().plus(lease);
    return new Claim(
        name,
        number,
        instance,
        part.fence,
        part.checkpoint,
        List.copyOf(part.blocked.values()),
        afterCrash,
        lease);
  }

  @Override
  public List<Claim> advance(List<Advance> advances) {
    return locked(() -> advances.stream().filter(it -> !written(it)).map(Advance::claim).toList());
  }

  private boolean written(Advance advance) {
    var claim = advance.claim();
    var row = rows.get(claim.subscription());
    var part = row == null ? null : row.parts.get(claim.partition());
    if (row == null
        || part == null
        || part.fence != claim.fence()
        || part.instance == null
        || !part.blocked.keySet().containsAll(advance.freed())
        || !row.deadLetters.keySet().containsAll(advance.redriven())) {
      return false;
    }
    if (advance.checkpoint() != null) {
      part.checkpoint = advance.checkpoint();
    }
    advance.freed().forEach(part.blocked::remove);
    advance.blocked().forEach(it -> part.blocked.put(it.position(), it));
    advance.redriven().forEach(row.deadLetters::remove);
    advance.deadLetters().forEach(it -> row.deadLetters.putIfAbsent(it.entry().id(), it));
    part.leaseEnd = clock.instant().plus(claim.lease());
    return true;
  }

  /**
   * Refuses: there is no transaction to hand out.
   *
   * @throws IllegalStateException always
   */
  @Override
  public void handleIn(Advance advance, TransactionalWork work) {
    throw new IllegalStateException(
        "An event log in memory has no transactions; subscribe without one, or test with PostgreSQL.");
  }

  @Override
  public void release(Advance last) {
    locked(
        () -> {
          if (written(last)) {
            var claim = last.claim();
            var row = rows.get(claim.subscription());
            if (row != null) {
              row.parts.get(claim.partition()).instance = null;
            }
          }
          return last;
        });
  }

  @Override
  public void leave(String subscription, String instance) {
    locked(
        () -> {
          var row = rows.get(subscription);
          return row == null ? instance : row.present.remove(instance);
        });
  }

  @Override
  public List<DeadLetter> redrives(Claim claim, int limit) {
    return List.of();
  }

  @Override
  public boolean hasDeadLetters(String subscription, String key) {
    return locked(
        () -> {
          var row = rows.get(subscription);
          return row != null
              && row.deadLetters.values().stream().anyMatch(it -> key.equals(it.entry().key()));
        });
  }

  @Override
  public SubscriptionAdmin admin() {
    return this;
  }

  @Override
  public List<SubscriptionStatus> list() {
    return locked(() -> rows.values().stream().map(this::status).toList());
  }

  @Override
  public List<DeadLetter> deadLetters(String subscription, int limit) {
    return locked(
        () -> {
          var row = rows.get(subscription);
          return row == null
              ? List.of()
              : List.copyOf(row.deadLetters.values()).reversed().stream().limit(limit).toList();
        });
  }

  private long startOf(SubscriptionDefinition definition) {
    return switch (definition.start()) {
      case Start.Latest() -> events.last();
      case Start.After(var position) -> position;
      case Start.From(var time) ->
          events.after(0, Integer.MAX_VALUE).stream()
              .takeWhile(it -> it.timestamp().isBefore(time))
              .mapToLong(LogEntry::position)
              .max()
              .orElse(0);
    };
  }

  private SubscriptionStatus status(Row row) {
    var now = clock.instant();
    var unread =
        events.after(row.startedAt, Integer.MAX_VALUE).stream()
            .filter(it -> row.partOf(it).isUnread(it))
            .toList();
    var blocked =
        row.parts.stream()
            .flatMap(it -> it.blocked.values().stream())
            .sorted((a, b) -> Long.compare(a.position(), b.position()))
            .toList();
    var partitions = new ArrayList<SubscriptionStatus.Partition>();
    for (var number = 0; number < row.parts.size(); number++) {
      var part = row.parts.get(number);
      partitions.add(
          new SubscriptionStatus.Partition(
              number,
              part.checkpoint,
              now.isBefore(part.leaseEnd) ? part.instance : null,
              part.fence));
    }
    return new SubscriptionStatus(
        row.definition.name(),
        row.definition.service(),
        row.definition.number(),
        row.definition.patterns(),
        false,
        row.startedAt,
        unread.size(),
        unread.isEmpty() ? Duration.ZERO : Duration.between(unread.getFirst().timestamp(), now),
        partitions,
        blocked.stream().limit(SubscriptionStatus.MAX_BLOCKED).toList(),
        blocked.size(),
        row.deadLetters.size());
  }
}
