package io.iworx.testing;

import io.iworx.eventbus.EventException;
import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.DeadLetter;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Positions;
import io.iworx.eventbus.spi.Repartitioning;
import io.iworx.eventbus.spi.Repartitioning.State;
import io.iworx.eventbus.spi.SubscriptionDefinition;
import io.iworx.eventbus.spi.SubscriptionStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One subscription and its partitions. Guarded by the lock of its store. */
final class InMemorySubscription {
  long startedAt;
  final List<Part> parts = new ArrayList<>();
  final Map<String, Instant> present = new TreeMap<>();
  final Map<String, Integer> definitions = new TreeMap<>();
  final Map<String, DeadLetter> deadLetters = new LinkedHashMap<>();
  final Set<String> redrives = new HashSet<>();
  SubscriptionDefinition definition;
  boolean paused;
  OptionalLong stopAt = OptionalLong.empty();
  private int stopFor;
  private Instant steppedAt = Instant.EPOCH;

  InMemorySubscription(SubscriptionDefinition definition, long startedAt) {
    this.definition = definition;
    this.startedAt = startedAt;
    for (var number = 0; number < definition.partitions(); number++) {
      parts.add(new Part(startedAt));
    }
  }

  boolean needsRedrive() {
    return !redrives.isEmpty()
        || parts.stream()
            .flatMap(it -> it.blocked.values().stream())
            .anyMatch(it -> it.retryAt() == null && !hasDeadLetters(it.key()));
  }

  boolean hasDeadLetters(@Nullable String key) {
    return deadLetters.values().stream().anyMatch(it -> Objects.equals(key, it.entry().key()));
  }

  /** The partition of that number; null when there are fewer now. */
  @Nullable Part part(int number) {
    return number < parts.size() ? parts.get(number) : null;
  }

  /** Whether all partitions have come to where they are to stop. */
  boolean letsGo() {
    return stopAt.isPresent()
        && parts.stream().allMatch(it -> it.checkpoint.position() == stopAt.getAsLong());
  }

  /** The next step towards another number of partitions; nobody else is at work meanwhile. */
  Repartitioning repartition(int wanted, InMemoryEvents events, Instant now) {
    if (wanted == parts.size()) {
      stopAt = OptionalLong.empty();
      return new Repartitioning(State.DONE, wanted, 0, 0, List.of());
    }
    if (paused) {
      throw new EventException(
          "Subscription " + definition.name() + " is paused, so that it cannot drain: resume it.");
    }
    var highest = parts.stream().mapToLong(it -> it.checkpoint.position()).max().orElseThrow();
    var lowest = parts.stream().mapToLong(it -> it.checkpoint.position()).min().orElseThrow();
    var stop = Math.max(highest, stopAt.orElse(0));
    stopAt = OptionalLong.of(stop);
    stopFor = wanted;
    steppedAt = now;
    var holders =
        parts.stream()
            .filter(it -> now.isBefore(it.leaseEnd))
            .map(it -> it.instance)
            .filter(it -> it != null)
            .distinct()
            .sorted()
            .toList();
    if (lowest < stop || !holders.isEmpty()) {
      var state = lowest < stop ? State.DRAINING : State.LETTING_GO;
      return new Repartitioning(state, parts.size(), stop, stop - lowest, holders);
    }
    divideAnew(wanted, stop, events);
    stopAt = OptionalLong.empty();
    return new Repartitioning(State.DONE, wanted, stop, 0, List.of());
  }

  private void divideAnew(int wanted, long position, InMemoryEvents events) {
    var before = List.copyOf(parts);
    var pending = new TreeSet<Long>();
    for (var number = 0; number < before.size(); number++) {
      for (var entry : events.after(0, Integer.MAX_VALUE)) {
        if (entry.slot() % before.size() == number
            && before.get(number).checkpoint.pending().contains(entry.position())) {
          pending.add(entry.position());
        }
      }
    }
    var fence = before.stream().mapToLong(it -> it.fence).max().orElse(0) + 1;
    parts.clear();
    for (var number = 0; number < wanted; number++) {
      var part = new Part(position);
      part.checkpoint = new Checkpoint(position, Positions.of(pending));
      part.fence = fence;
      parts.add(part);
    }
    for (var part : before) {
      for (var row : part.blocked.values()) {
        var slot = LogEntry.slotOf(row.key(), row.position());
        parts.get(slot % wanted).blocked.put(row.id(), row);
      }
    }
  }

  Part partOf(LogEntry entry) {
    return parts.get(entry.slot() % parts.size());
  }

  /** How it stands, seen from outside. */
  SubscriptionStatus status(InMemoryEvents events, Instant now) {
    var unread =
        events.after(startedAt, Integer.MAX_VALUE).stream()
            .filter(it -> partOf(it).isUnread(it))
            .toList();
    var blocked =
        parts.stream()
            .flatMap(it -> it.blocked.values().stream())
            .sorted((a, b) -> Long.compare(a.position(), b.position()))
            .toList();
    var partitions = new ArrayList<SubscriptionStatus.Partition>();
    for (var number = 0; number < parts.size(); number++) {
      var part = parts.get(number);
      partitions.add(
          new SubscriptionStatus.Partition(
              number,
              part.checkpoint,
              now.isBefore(part.leaseEnd) ? part.instance : null,
              part.fence));
    }
    var change =
        stopAt.isPresent()
            ? new SubscriptionStatus.Change(
                stopAt.getAsLong(), stopFor, Duration.between(steppedAt, now))
            : null;
    return new SubscriptionStatus(
        definition.name(),
        definition.service(),
        definition.number(),
        definition.patterns(),
        paused,
        startedAt,
        unread.size(),
        unread.isEmpty() ? Duration.ZERO : Duration.between(unread.getFirst().timestamp(), now),
        partitions,
        blocked.stream().limit(SubscriptionStatus.MAX_BLOCKED).toList(),
        blocked.size(),
        deadLetters.size(),
        change);
  }

  /** A partition. */
  static final class Part {
    final TreeMap<BlockedKey.Id, BlockedKey> blocked = new TreeMap<>();
    Checkpoint checkpoint;
    long fence;
    @Nullable String instance;
    Instant leaseEnd = Instant.MIN;

    Part(long startedAt) {
      this.checkpoint = Checkpoint.at(startedAt);
    }

    void beginAnew(long position) {
      checkpoint = Checkpoint.at(position);
      blocked.clear();
      fence++;
      instance = null;
    }

    private static boolean waits(BlockedKey blocked, LogEntry entry) {
      return entry.id().equals(blocked.eventId())
          || (blocked.key() != null
              && blocked.key().equals(entry.key())
              && blocked.behind() <= entry.position());
    }

    boolean isUnread(LogEntry entry) {
      return !checkpoint.isPast(entry.position())
          || blocked.values().stream().anyMatch(it -> waits(it, entry));
    }
  }
}
