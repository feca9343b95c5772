package io.iworx.eventbus;

import io.iworx.eventbus.spi.Advance;
import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Positions;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a partition is done with, what is in a handler's hands, and what waits; and how much of that
 * the store knows. Safe for any thread.
 */
final class Progress {
  /**
   * Ranges of pending positions in one checkpoint, where an event may come twice; beyond them it
   * waits for the oldest.
   */
  static final int MAX_PENDING_RANGES = 100;

  /** What is to be done with an event that was read. */
  enum Turn {
    DELIVER,
    /** It waits with its key, which will be read again. */
    WAIT,
    /** Its key is ahead of it: whoever works for the key delivers it. */
    LATE
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Claim claim;
  private final int maxRanges;
  private final TreeSet<Long> unfinished = new TreeSet<>();

  /** What the store is to be told of, so that nobody takes it for handled. */
  private final TreeSet<Long> expired = new TreeSet<>();

  private final BlockedRows rows = new BlockedRows();
  private final Map<String, WaitingKey> waiting = new HashMap<>();

  /** Of the positions that were pending when last read up to: those that were begun since. */
  private final Set<Long> shown = new HashSet<>();

  /** Begun when later ones had been begun before: the highest of those, for each. */
  private final Map<Long, Long> overtaken = new HashMap<>();

  private Checkpoint seen;
  private long highest;
  private long version;
  private long preparedVersion;
  private long writtenVersion;

  /**
   * @param maxRanges how many ranges of pending positions a checkpoint may have
   */
  Progress(Claim claim, int maxRanges) {
    this.claim = claim;
    this.maxRanges = maxRanges;
    this.seen = claim.checkpoint();
    this.highest = seen.position();
    for (var row : claim.blocked()) {
      rows.putStored(row);
      if (row.key() != null) {
        waiting.put(row.key(), new WaitingKey(row, seen.position()));
      }
    }
  }

  /** An event was read: it is in somebody's hands from now on, or waits. */
  Turn begin(LogEntry entry) {
    lock.lock();
    try {
      var before = highest;
      highest = Math.max(highest, entry.position());
      if (seen.pending().contains(entry.position())) {
        shown.add(entry.position());
      }
      var key = entry.key();
      var held = key == null ? null : waiting.get(key);
      if (held == null) {
        unfinished.add(entry.position());
        if (entry.position() < before) {
          overtaken.put(entry.position(), before);
        }
        return Turn.DELIVER;
      }
      return wait(held, entry) ? Turn.WAIT : Turn.LATE;
    } finally {
      lock.unlock();
    }
  }

  /** An event that was begun is handled or set aside. */
  void finished(long position) {
    locked(
        () -> {
          unfinished.remove(position);
          version++;
        });
  }

  /** An event that was begun, or whose turn came after waiting, has expired. */
  void expired(long position) {
    locked(
        () -> {
          unfinished.remove(position);
          expired.add(position);
          version++;
        });
  }

  /** An event that was said to be finished is not, after all. */
  void unfinished(long position) {
    locked(() -> unfinished.add(position));
  }

  /** The log was read up to here; what was not begun on the way is of no interest. */
  void passed(Checkpoint upTo) {
    lock.lock();
    try {
      if (!seen.equals(upTo)) {
        seen = upTo;
        shown.clear();
        overtaken.keySet().retainAll(unfinished);
        version++;
      }
    } finally {
      lock.unlock();
    }
  }

  int blocked() {
    return locked(() -> rows.all().size());
  }

  List<BlockedKey> blockedKeys() {
    return locked(() -> List.copyOf(rows.all().values()));
  }

  /** Lets an event that was begun wait after all, if one of its key before it failed meanwhile. */
  boolean waitsToo(LogEntry entry) {
    lock.lock();
    try {
      var held = entry.key() == null ? null : waiting.get(entry.key());
      if (held == null) {
        return false;
      }
      wait(held, entry);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Whether an event behind a checkpoint is in somebody's hands. */
  boolean isInHand(long position) {
    return locked(() -> unfinished.contains(position));
  }

  /** Whether the reader has not come to it yet, though a checkpoint is past it. */
  boolean isUnread(long position) {
    return locked(() -> seen.pending().contains(position) && !shown.contains(position));
  }

  /** Whether this is still what waits at its position. */
  boolean isCurrent(BlockedKey row) {
    return locked(() -> row.equals(rows.all().get(row.id())));
  }

  /**
   * An event that was begun, and with it its key, waits from now on; and with them later events of
   * the key that were begun. Those that were delivered before do not: the answer says from where on
   * others do.
   */
  BlockedKey block(BlockedKey failed, Collection<LogEntry> behind) {
    lock.lock();
    try {
      var position = failed.position();
      unfinished.remove(position);
      var row = failed.withBehind(overtaken.getOrDefault(position, position) + 1);
      var key = row.key();
      var held = key == null ? null : waiting.get(key);
      if (held != null) { // it waited for something later that was to be redriven
        rows.take(held.row().id());
        held.changeTo(row);
      } else if (key != null) {
        held = new WaitingKey(row, row.position());
        waiting.put(key, held);
      }
      rows.put(row);
      version++;
      for (var entry : behind) {
        if (held == null) {
          throw new IllegalStateException("Nothing waits behind an event without a key: " + row);
        }
        wait(held, entry);
      }
      return row;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Makes everything of a key that is begun from now on wait; null when something waits already.
   */
  @Nullable BlockedKey hold(String key, Instant now) {
    lock.lock();
    try {
      if (waiting.containsKey(key)) {
        return null;
      }
      var row = BlockedKey.rest(key, Math.max(highest, seen.position()) + 1, now);
      waiting.put(key, new WaitingKey(row, highest));
      rows.put(row);
      version++;
      return row;
    } finally {
      lock.unlock();
    }
  }

  /** Returns false when the event is late: it stays in hand, for whoever works for its key. */
  private boolean wait(WaitingKey held, LogEntry entry) {
    version++;
    if (held.skips(entry)) {
      unfinished.remove(entry.position());
      return true;
    }
    unfinished.add(entry.position());
    held.addLate(entry);
    return false;
  }

  /** What waits goes on waiting, for another reason, from another position or until later. */
  void change(BlockedKey before, BlockedKey after) {
    lock.lock();
    try {
      if (!before.id().equals(after.id())) {
        rows.take(before.id());
      }
      rows.put(after);
      if (after.eventId() != null) {
        unfinished.remove(after.position()); // one that showed late, and has its turn now
      }
      version++;
      var held = after.key() == null ? null : waiting.get(after.key());
      if (held != null) {
        held.changeTo(after);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The same, which the store has been told already together with an effect. */
  void changed(BlockedKey before, @Nullable BlockedKey after) {
    lock.lock();
    try {
      rows.forget(before.id());
      if (after == null) {
        if (before.key() != null) {
          waiting.remove(before.key());
        }
      } else {
        rows.putStored(after);
        var held = after.key() == null ? null : waiting.get(after.key());
        if (held != null) {
          held.changeTo(after);
        }
      }
      version++;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the waiting of an event without a key. */
  void release(BlockedKey row) {
    locked(
        () -> {
          rows.take(row.id());
          version++;
        });
  }

  /** What a key goes on with that nothing holds up any more. */
  WaitingKey.Turn next(BlockedKey row) {
    lock.lock();
    try {
      var held = row.key() == null ? null : waiting.get(row.key());
      if (held == null) {
        throw new IllegalStateException("Nothing waits for " + row);
      }
      for (var position : held.putInLine()) {
        unfinished.remove(position);
        version++;
      }
      var next = held.next();
      if (next instanceof WaitingKey.Turn.Free) {
        waiting.remove(row.key());
        rows.take(row.id());
        version++;
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** Everything the store does not know yet. Until {@link #written}, nobody else may ask. */
  Advance prepare() {
    lock.lock();
    try {
      preparedVersion = version;
      return new Advance(
          claim,
          checkpoint(),
          rows.unwritten(),
          rows.freed(),
          List.of(),
          List.of(),
          expired.isEmpty() ? Positions.none() : Positions.of(expired));
    } finally {
      lock.unlock();
    }
  }

  /** The store knows what was prepared. */
  void written(Advance advance) {
    lock.lock();
    try {
      rows.written(advance);
      if (!advance.expired().isEmpty()) {
        expired.removeIf(advance.expired()::contains);
      }
      if (advance.checkpoint() != null) {
        writtenVersion = preparedVersion;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether there is something the store does not know. */
  boolean isDirty() {
    return locked(() -> version != writtenVersion);
  }

  /** The highest position with nothing before it that is in a handler's hands or waits. */
  long solid() {
    lock.lock();
    try {
      var solid = checkpoint().solid();
      return rows.all().isEmpty() ? solid : Math.min(solid, rows.all().firstKey().position() - 1);
    } finally {
      lock.unlock();
    }
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
    } finally {
      lock.unlock();
    }
  }

  private <T> T locked(Supplier<T> question) {
    lock.lock();
    try {
      return question.get();
    } finally {
      lock.unlock();
    }
  }

  private Checkpoint checkpoint() {
    var inHand = unfinished.headSet(seen.position(), true);
    var pending = inHand.isEmpty() ? seen.pending() : seen.pending().plus(Positions.of(inHand));
    if (pending.ranges() <= maxRanges) {
      return new Checkpoint(seen.position(), pending);
    }
    var position = pending.startOf(maxRanges) - 1;
    return new Checkpoint(position, pending.upTo(position));
  }
}
