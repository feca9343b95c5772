package io.iworx.eventbus;

import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.LogEntry;
import java.util.List;
import java.util.TreeMap;

/**
 * A key whose events wait in one partition: one that holds the others up, perhaps; those from
 * {@link BlockedKey#behind} on, which are read again from the log; and late ones, which that would
 * not find. Guarded by the lock of its {@link Progress}.
 */
final class WaitingKey {
  /** What a key goes on with. */
  sealed interface Turn {
    /** With an event that showed late. */
    record Late(LogEntry entry) implements Turn {}

    /** With what was skipped, which is to be read again up to here. */
    record Skipped(long upTo) implements Turn {}

    /** Nothing waits any more, and nobody has to wait for it. */
    record Free() implements Turn {}
  }

  private BlockedKey row;
  private long lastSkipped;

  /** Up to where whoever works for the key has read: what shows there later was not seen. */
  private long readUpTo;

  /** In hand as far as a checkpoint is concerned. */
  private final TreeMap<Long, LogEntry> late = new TreeMap<>();

  WaitingKey(BlockedKey row, long lastSkipped) {
    this.row = row;
    this.lastSkipped = lastSkipped;
  }

  BlockedKey row() {
    return row;
  }

  void changeTo(BlockedKey newRow) {
    row = newRow;
    if (newRow.eventId() != null) { // the rest of a key begins where a late one may be
      late.remove(newRow.position());
    }
  }

  /** Lets an event wait that is still to be read, or is the first; false when it is late. */
  boolean skips(LogEntry entry) {
    if (entry.position() == row.position() && row.eventId() != null) {
      return true;
    }
    if (entry.position() < row.behind() || entry.position() <= readUpTo) {
      return false;
    }
    lastSkipped = Math.max(lastSkipped, entry.position());
    return true;
  }

  /** An event that reading has passed, and so would not find. */
  void addLate(LogEntry entry) {
    late.put(entry.position(), entry);
  }

  /** Late ones that reading comes to after all are not late any more. */
  List<Long> putInLine() {
    var among = late.tailMap(row.behind());
    var positions = List.copyOf(among.keySet());
    if (!positions.isEmpty()) {
      lastSkipped = Math.max(lastSkipped, positions.getLast());
      among.clear();
    }
    return positions;
  }

  /**
   * What comes next. Late ones first: what was skipped after one had shown may have been published
   * when that was durable already.
   */
  Turn next() {
    if (!late.isEmpty()) {
      return new Turn.Late(late.firstEntry().getValue());
    }
    if (lastSkipped >= row.behind()) {
      readUpTo = lastSkipped;
      return new Turn.Skipped(readUpTo);
    }
    return new Turn.Free();
  }
}
