package io.iworx.testing;

import io.iworx.eventbus.EventException;
import io.iworx.eventbus.spi.Advance;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.DeadLetter;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Standing;
import io.iworx.eventbus.spi.Start;
import io.iworx.eventbus.spi.SubscriptionAdmin;
import io.iworx.eventbus.spi.SubscriptionDefinition;
import io.iworx.eventbus.spi.SubscriptionStore;
import io.iworx.eventbus.spi.TransactionalWork;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Claims, checkpoints, what waits and what was set aside. */
final class InMemorySubscriptions implements SubscriptionStore {
  private static final Duration SOON = Duration.ofMillis(50);

  final InMemoryEvents events;
  final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  final Map<String, InMemorySubscription> rows = new TreeMap<>();

  InMemorySubscriptions(InMemoryEvents events, Clock clock) {
    this.events = events;
    this.clock = clock;
  }

  <T> T locked(Supplier<T> work) {
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
                  definition.name(),
                  _ -> new InMemorySubscription(definition, startOf(definition.start())));
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
    var row = rows.get(definition.name());
    if (row == null) { // removed
      return new Standing(
          definition.name(), 0, 0, definition.number(), false, OptionalLong.empty(), false, lease);
    }
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
        row.paused || row.letsGo() ? 0 : share,
        newest,
        row.paused,
        row.stopAt,
        row.needsRedrive(),
        row.stopAt.isPresent() ? SOON : changesIn(row, instance, now, lease));
  }

  private static Duration changesIn(
      InMemorySubscription row, String instance, Instant now, Duration lease) {
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
                  : List.<InMemorySubscription.Part>of();
          for (var number = 0; number < parts.size() && claims.size() < atMost; number++) {
            var part = parts.get(number);
            if (part.instance == null || !now.isBefore(part.leaseEnd)) {
              claims.add(taken(definition.name(), number, parts.size(), part, instance, lease));
            }
          }
          return claims;
        });
  }

  private Claim taken(
      String name,
      int number,
      int partitions,
      InMemorySubscription.Part part,
      String instance,
      Duration lease) {
    var afterCrash = part.instance != null;
    part.instance = instance;
    part.fence++;
    part.leaseEnd = clock.instant().plus(lease);
    return new Claim(
        name,
        number,
        partitions,
        instance,
        part.fence,
        part.checkpoint,
        List.copyOf(part.blocked.values()),
        afterCrash,
        lease,
        clock.instant());
  }

  @Override
  public List<Claim> advance(List<Advance> advances) {
    return locked(() -> advances.stream().filter(it -> !written(it)).map(Advance::claim).toList());
  }

  private boolean written(Advance advance) {
    var claim = advance.claim();
    var row = rows.get(claim.subscription());
    var part = row == null ? null : row.part(claim.partition());
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
    advance.blocked().forEach(it -> part.blocked.put(it.id(), it));
    advance.redriven().forEach(row.deadLetters::remove);
    row.redrives.removeAll(advance.redriven());
    for (var letter : advance.deadLetters()) {
      if (row.redrives.remove(letter.entry().id())) {
        row.deadLetters.put(letter.entry().id(), letter);
      } else {
        row.deadLetters.putIfAbsent(letter.entry().id(), letter);
      }
    }
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
    return locked(
        () -> {
          var row = rows.get(claim.subscription());
          return row == null
              ? List.of()
              : row.deadLetters.values().stream()
                  .filter(it -> row.redrives.contains(it.entry().id()))
                  .filter(it -> it.entry().slot() % row.parts.size() == claim.partition())
                  .sorted(Comparator.comparingLong(it -> it.entry().position()))
                  .limit(limit)
                  .toList();
        });
  }

  @Override
  public boolean hasDeadLetters(String subscription, String key) {
    return locked(
        () -> {
          var row = rows.get(subscription);
          return row != null && row.hasDeadLetters(key);
        });
  }

  @Override
  public SubscriptionAdmin admin() {
    return new InMemoryAdmin(this);
  }

  long startOf(Start start) {
    return switch (start) {
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
}
