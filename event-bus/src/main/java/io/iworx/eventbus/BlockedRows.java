package io.iworx.eventbus;

import io.iworx.eventbus.spi.Advance;
import io.iworx.eventbus.spi.BlockedKey;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** What waits in a partition, by position, and what of it the store knows. Guarded by its owner. */
final class BlockedRows {
  private final TreeMap<Long, BlockedKey> blocked = new TreeMap<>();
  private final Map<Long, BlockedKey> unwritten = new TreeMap<>();
  private final Set<Long> stored = new HashSet<>();
  private final Set<Long> freed = new TreeSet<>();

  SortedMap<Long, BlockedKey> all() {
    return blocked;
  }

  /** Those the store is to be told of. */
  List<BlockedKey> unwritten() {
    return List.copyOf(unwritten.values());
  }

  /** Positions of those that are there for the store and wait no longer. */
  List<Long> freed() {
    return List.copyOf(freed);
  }

  void put(BlockedKey row) {
    blocked.put(row.position(), row);
    unwritten.put(row.position(), row);
    freed.remove(row.position());
  }

  /** One that the store has. */
  void putStored(BlockedKey row) {
    blocked.put(row.position(), row);
    stored.add(row.position());
  }

  void take(long position) {
    if (stored.contains(position)) {
      freed.add(position);
    }
    blocked.remove(position);
    unwritten.remove(position);
  }

  /** One that the store has no longer. */
  void forget(long position) {
    blocked.remove(position);
    unwritten.remove(position);
    stored.remove(position);
    freed.remove(position);
  }

  /** The store was told. What changed since it was asked is for the next time. */
  void written(Advance advance) {
    for (var row : advance.blocked()) {
      stored.add(row.position());
      unwritten.remove(row.position(), row);
      if (!blocked.containsKey(row.position())) {
        freed.add(row.position());
      }
    }
    for (var position : advance.freed()) {
      freed.remove(position);
      if (!unwritten.containsKey(position)) {
        stored.remove(position);
      }
    }
  }
}
