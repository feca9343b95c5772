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
 * @param watched positions after {@code settled} and up to {@code base} that were asked for one by
 *     one, and showed
 * @param window the last rows
 * @param late rows before the window that showed late, the last few of them
 */
record View(
    long upTo,
    Positions open,
    long base,
    long settled,
    Positions watched,
    Window window,
    NavigableMap<Long, LogEntry> late,
    ReadingSizes sizes) {
  static View startingAt(long base, long settled, ReadingSizes sizes) {
    Window window = Window.emptyAt(base, sizes.window());
    return new View(
        base, Positions.none(), base, settled, Positions.none(), window, new TreeMap<>(), sizes);
  }

  /** The same from another place on; what was open stays so. */
  View jumpedTo(long newBase, long newSettled) {
    return new View(
        newBase, open, newBase, newSettled, watched, window.movedTo(newBase), late, sizes);
  }

  View withSettled(long newSettled) {
    Positions unsettled = watched.where(position -> position > newSettled);
    return new View(upTo, open, base, newSettled, unsettled, window, late, sizes);
  }

  View withOpen(Positions newOpen) {
    return new View(upTo, newOpen, base, settled, watched, window, late, sizes);
  }

  /** With rows that follow. */
  View withNext(List<LogEntry> next, Positions newOpen) {
    long last = next.isEmpty() ? upTo : next.getLast().position();
    return new View(last, newOpen, base, settled, watched, window.plus(next), late, sizes);
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
    while (before.size() > sizes.late()) {
      before.pollFirstEntry();
    }
    Window newWindow = window.withLate(within);
    return new View(upTo, open, base, settled, watchedToo(shown), newWindow, before, sizes);
  }

  private Positions watchedToo(Collection<LogEntry> shown) {
    return watched.plus(
        Positions.of(
            shown.stream()
                .mapToLong(LogEntry::position)
                .filter(position -> position > settled && position <= base)
                .toArray()));
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
        && !watched.contains(position);
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
