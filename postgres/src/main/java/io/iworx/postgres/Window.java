package io.iworx.postgres;

import io.iworx.eventbus.spi.LogEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The last rows of the log, in pieces, so that adding to it does not copy it. Immutable.
 *
 * @param after the position before the first entry
 * @param chunks the entries, by position; none is empty
 * @param maxRows how many are kept
 */
record Window(long after, List<Chunk> chunks, int maxRows) {
  private static final long MAX_CHARACTERS = 16 * 1024 * 1024;

  /** Smaller pieces are joined. */
  private static final int SMALL_CHUNK = 64;

  private static final Comparator<LogEntry> BY_POSITION =
      Comparator.comparingLong(LogEntry::position);

  /** Some entries, by position, and how much room they take. */
  record Chunk(List<LogEntry> entries, long characters) {
    static Chunk of(List<LogEntry> entries) {
      return new Chunk(List.copyOf(entries), charactersOf(entries));
    }

    private long last() {
      return entries.getLast().position();
    }

    private Chunk with(List<LogEntry> more) {
      List<LogEntry> all = new ArrayList<>(entries.size() + more.size());
      all.addAll(entries);
      all.addAll(more);
      all.sort(BY_POSITION);
      return new Chunk(List.copyOf(all), characters + charactersOf(more));
    }
  }

  static Window emptyAt(long position, int maxRows) {
    return new Window(position, List.of(), maxRows);
  }

  Window movedTo(long position) {
    return emptyAt(position, maxRows);
  }

  /** With rows after all it has; those at its beginning go when it gets too large. */
  Window plus(List<LogEntry> next) {
    if (next.isEmpty()) {
      return this;
    }
    List<Chunk> all = new ArrayList<>(chunks);
    boolean joins = !all.isEmpty() && all.getLast().entries().size() + next.size() <= SMALL_CHUNK;
    all.add(joins ? all.removeLast().with(next) : Chunk.of(next));
    int rows = 0;
    long characters = 0;
    int first = all.size();
    while (first > 0 && rows < maxRows && characters < MAX_CHARACTERS) {
      first--;
      rows += all.get(first).entries().size();
      characters += all.get(first).characters();
    }
    long start = first == 0 ? after : all.get(first - 1).last();
    return new Window(start, List.copyOf(all.subList(first, all.size())), maxRows);
  }

  /** With rows that showed late, somewhere in its midst. */
  Window withLate(List<LogEntry> late) {
    List<Chunk> all = new ArrayList<>(chunks);
    for (LogEntry entry : late) {
      int place = chunkAfter(all, entry.position());
      all.set(place, all.get(place).with(List.of(entry)));
    }
    return new Window(after, List.copyOf(all), maxRows);
  }

  /** The first entries after a position, which must not be before its beginning. */
  List<LogEntry> rows(long position, int limit) {
    List<LogEntry> rows = new ArrayList<>();
    for (int place = chunkAfter(chunks, position); place < chunks.size(); place++) {
      List<LogEntry> entries = chunks.get(place).entries();
      int from = rows.isEmpty() ? placeAfter(entries, position) : 0;
      int to = Math.min(entries.size(), from + limit - rows.size());
      rows.addAll(entries.subList(from, to));
      if (rows.size() == limit) {
        break;
      }
    }
    return rows;
  }

  /** The entry at a position after its beginning. */
  Optional<LogEntry> at(long position) {
    return rows(position - 1, 1).stream().filter(entry -> entry.position() == position).findFirst();
  }

  /** The first chunk with an entry after a position. */
  private static int chunkAfter(List<Chunk> chunks, long position) {
    int place = chunks.size();
    while (place > 0 && chunks.get(place - 1).last() > position) {
      place--;
    }
    return place;
  }

  /** Where the first entry after a position is, in entries ordered by position. */
  static int placeAfter(List<LogEntry> entries, long position) {
    int low = 0;
    int high = entries.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (entries.get(middle).position() <= position) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  static long charactersOf(List<LogEntry> entries) {
    long characters = 0;
    for (LogEntry entry : entries) {
      characters += entry.payload().length() + entry.metadata().length();
    }
    return characters;
  }

  /** Entries of both, by position. */
  static List<LogEntry> merged(List<LogEntry> one, List<LogEntry> other) {
    if (other.isEmpty()) {
      return one;
    }
    List<LogEntry> all = new ArrayList<>(one.size() + other.size());
    all.addAll(one);
    all.addAll(other);
    Collections.sort(all, BY_POSITION);
    return all;
  }
}
