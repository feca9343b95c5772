package io.iworx.postgres;

import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Positions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the shared reader knows of the log at one moment. Immutable.
 *
 * @param upTo the position of the last row seen
 * @param open positions up to there that did not show and may yet
 * @param base positions up to here were not looked at one by one, since that is where the reader
 *     began
 * @param settled up to here nothing can come any more: what does not show in a snapshot taken from
 *     now on never will
 * @param window the last rows
 * @param late rows before the window that showed late, the last few of them
 */
record View(
    long upTo,
    Positions open,
    long base,
    long settled,
    Window window,
    NavigableMap<Long, LogEntry> late) {
  private static final int MAX_LATE = 1_000;

  static View startingAt(long base, long settled, int rows) {
    return new View(
        base, Positions.none(), base, settled, Window.emptyAt(base, rows), new TreeMap<>());
  }

  /** The same from another place on; what was open stays so. */
  View jumpedTo(long newBase, long newSettled) {
    return new View(newBase, open, newBase, newSettled, window.movedTo(newBase), late);
  }

  View withSettled(long newSettled) {
    return new View(upTo, open, base, newSettled, window, late);
  }

  View withOpen(Positions newOpen) {
    return new View(upTo, newOpen, base, settled, window, late);
  }

  /** With rows that follow. */
  View withNext(List<LogEntry> next, Positions newOpen) {
    long last = next.isEmpty() ? upTo : next.getLast().position();
    return new View(last, newOpen, base, settled, window.plus(next), late);
  }

  /** With rows at positions that were open or unknown. */
  View withLate(Collection<LogEntry> shown) {
    if (shown.isEmpty()) {
      return this;
    }
    List<LogEntry> within = new ArrayList<>();
    NavigableMap<Long, LogEntry> before = new TreeMap<>(late);
    for (LogEntry entry : shown) {
      if (entry.position() > window.after()) {
        within.add(entry);
      } else {
        before.put(entry.position(), entry);
      }
    }
    while (before.size() > MAX_LATE) {
      before.pollFirstEntry();
    }
    return new View(upTo, open, base, settled, window.withLate(within), before);
  }

  /** Whether what stands at a position can be read by now, or never will be. */
  boolean isDone(long position) {
    return position <= upTo && !open.contains(position) && !isUnknown(position);
  }

  /** Whether a position may be one of a transaction that is still open, and nobody watches it. */
  boolean isUnknown(long position) {
    return position <= base
        && position > settled
        && !open.contains(position)
        && !late.containsKey(position);
  }

  /** The row at a position, if it is at hand. */
  Optional<LogEntry> at(long position) {
    return position > window.after()
        ? window.at(position)
        : Optional.ofNullable(late.get(position));
  }

  /** Whether a position that is done and not at hand has to be looked up. */
  boolean isElsewhere(long position) {
    return position <= window.after() && !late.containsKey(position);
  }

  /** What is open after a position and up to another. */
  Positions open(long after, long to) {
    return open.isEmpty() ? open : open.where(position -> position > after && position <= to);
  }
}
