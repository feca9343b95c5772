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
  private final TreeMap<BlockedKey.Id, BlockedKey> blocked = new TreeMap<>();
  private final Map<BlockedKey.Id, BlockedKey> unwritten = new TreeMap<>();
  private final Set<BlockedKey.Id> stored = new HashSet<>();
  private final Set<BlockedKey.Id> freed = new TreeSet<>();

  SortedMap<BlockedKey.Id, BlockedKey> all() {
    return blocked;
  }

  /** Those the store is to be told of. */
  List<BlockedKey> unwritten() {
    return List.copyOf(unwritten.values());
  }

  /** Those that are there for the store and wait no longer. */
  List<BlockedKey.Id> freed() {
    return List.copyOf(freed);
  }

  void put(BlockedKey row) {
    blocked.put(row.id(), row);
    unwritten.put(row.id(), row);
    freed.remove(row.id());
  }

  /** One that the store has. */
  void putStored(BlockedKey row) {
    blocked.put(row.id(), row);
    stored.add(row.id());
  }

  void take(BlockedKey.Id id) {
    if (stored.contains(id)) {
      freed.add(id);
    }
    blocked.remove(id);
    unwritten.remove(id);
  }

  /** One that the store has no longer. */
  void forget(BlockedKey.Id id) {
    blocked.remove(id);
    unwritten.remove(id);
    stored.remove(id);
    freed.remove(id);
  }

  /** The store was told. What changed since it was asked is for the next time. */
  void written(Advance advance) {
    for (var row : advance.blocked()) {
      stored.add(row.id());
      unwritten.remove(row.id(), row);
      if (!blocked.containsKey(row.id())) {
        freed.add(row.id());
      }
    }
    for (var id : advance.freed()) {
      freed.remove(id);
      if (!unwritten.containsKey(id)) {
        stored.remove(id);
      }
    }
  }
}
