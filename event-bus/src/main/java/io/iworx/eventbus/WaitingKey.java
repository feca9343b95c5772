package io.iworx.eventbus;

import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.LogEntry;
import java.util.ArrayList;
import java.util.List;

/** A key whose events wait in one partition. Guarded by the lock of its {@link Progress}. */
final class WaitingKey {
  private BlockedKey row;
  private long lastSkipped;

  /** Up to where whoever works for the key has read: what shows there later was not seen. */
  private long readUpTo;

  private final List<LogEntry> late = new ArrayList<>();

  WaitingKey(BlockedKey row, long lastSkipped) {
    this.row = row;
    this.lastSkipped = lastSkipped;
  }

  BlockedKey row() {
    return row;
  }

  void changeTo(BlockedKey newRow) {
    row = newRow;
  }

  /** Lets an event wait when it is still to be read; false when reading has passed it. */
  boolean skips(LogEntry entry) {
    if (entry.position() < row.position() || entry.position() <= readUpTo) {
      return false;
    }
    lastSkipped = Math.max(lastSkipped, entry.position());
    return true;
  }

  /** An event that reading has passed, and so would not find. */
  void addLate(LogEntry entry) {
    late.add(entry);
  }

  /** Late events behind what waits that a checkpoint knows of; each is given out once. */
  List<LogEntry> takeLate(Checkpoint seen) {
    var taken =
        late.stream()
            .filter(it -> it.position() < row.position() && seen.isPast(it.position()))
            .toList();
    late.removeAll(taken);
    return taken;
  }

  /** Begins to read again what waits; answers the late events that are among it from now on. */
  List<LogEntry> readAgain() {
    var among = late.stream().filter(it -> it.position() >= row.position()).toList();
    late.removeAll(among);
    among.forEach(it -> lastSkipped = Math.max(lastSkipped, it.position()));
    readUpTo = lastSkipped;
    return among;
  }

  long readUpTo() {
    return readUpTo;
  }

  /** Whether there is something that was not read with what is up to the given position. */
  boolean hasUnread(long upTo) {
    return lastSkipped > upTo || !late.isEmpty();
  }
}
