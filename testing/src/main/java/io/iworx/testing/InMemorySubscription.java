package io.iworx.testing;

import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.DeadLetter;
import io.iworx.eventbus.spi.LogEntry;
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
import java.util.Set;
import java.util.TreeMap;
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
        deadLetters.size());
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
      return blocked.key() == null
          ? blocked.position() == entry.position()
          : blocked.key().equals(entry.key()) && blocked.position() <= entry.position();
    }

    boolean isUnread(LogEntry entry) {
      return !checkpoint.isPast(entry.position())
          || blocked.values().stream().anyMatch(it -> waits(it, entry));
    }
  }
}
