package io.iworx.postgres;

import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Positions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The log before the window, in pages that all who are behind share: those that catch up side by
 * side read each once. The pages used last are kept.
 */
final class Pages {
  private static final int MAX_PAGES = 24;
  private static final long MAX_CHARACTERS = 24 * 1024 * 1024;
  private static final long PAGE_CHARACTERS = 4 * 1024 * 1024;
  private static final int FEWEST_ROWS = 16;

  /**
   * A piece of the log, whole but for what is missing.
   *
   * @param after the position before it
   * @param upTo the last position of it
   * @param missing positions that did not show and may yet
   */
  record Page(long after, long upTo, List<LogEntry> entries, Positions missing, long characters) {
    static Page of(long after, long upTo, List<LogEntry> entries, Positions missing) {
      return new Page(after, upTo, List.copyOf(entries), missing, Window.charactersOf(entries));
    }

    List<LogEntry> rows(long position, int limit) {
      int from = Window.placeAfter(entries, position);
      return entries.subList(from, Math.min(entries.size(), from + limit));
    }

    boolean isStale(View view) {
      return missing.stream().anyMatch(view::isDone);
    }
  }

  /** Takes positions under watch of which nobody knows whether something may come. */
  @FunctionalInterface
  interface Watching {
    View watch(Positions unknown) throws SQLException;
  }

  private final LogSource source;
  private final Watching watching;
  private final int size;
  private final ReentrantLock lock = new ReentrantLock();
  private final NavigableMap<Long, CompletableFuture<Page>> byStart = new TreeMap<>();

  /** What is kept, by start; the one used longest ago comes first. */
  private final Map<Long, Page> used = new LinkedHashMap<>(64, 0.75f, true);

  private long characters;

  /** How much room a row took lately, so that a page of large ones has fewer. */
  private volatile long rowCharacters = 4 * 1024;

  /**
   * @param size positions in a page; one begins at each multiple
   */
  Pages(LogSource source, Watching watching, int size) {
    this.size = size;
    this.source = source;
    this.watching = watching;
  }

  /**
   * The page with the position after the given one; null when too much is missing there to go on.
   */
  @Nullable Page after(long position, View view) throws SQLException {
    while (true) {
      CompletableFuture<Page> mine = new CompletableFuture<>();
      CompletableFuture<Page> there;
      long start;
      lock.lock();
      try {
        start = start(position);
        there = byStart.putIfAbsent(start, mine);
      } finally {
        lock.unlock();
      }
      if (there == null) {
        Page page = read(start, view, mine);
        if (page == null || page.upTo() > position) {
          return page;
        }
        continue; // large rows: the next page of the same block, perhaps
      }
      Page page = result(there);
      if (page != null && page.upTo() > position && !page.isStale(view)) {
        touch(page);
        return page;
      }
      forget(start, there);
    }
  }

  /** Where the page begins that has, or should have, what follows a position. */
  private long start(long position) {
    long aligned = position - position % size;
    Map.Entry<Long, CompletableFuture<Page>> before = byStart.floorEntry(position);
    if (before == null || !before.getValue().isDone()) {
      return before == null ? aligned : Math.max(aligned, before.getKey());
    }
    Page page = before.getValue().getNow(null);
    if (page == null || page.upTo() > position) {
      return before.getKey();
    }
    return Math.max(aligned, page.upTo());
  }

  private @Nullable Page read(long start, View view, CompletableFuture<Page> mine)
      throws SQLException {
    @Nullable Page page = null;
    try {
      page = read(start, view);
      if (page != null) {
        keep(start, page);
      }
      return page;
    } finally {
      // Those who wait try for themselves, if this failed.
      mine.complete(page);
      if (page == null) {
        forget(start, mine);
      }
    }
  }

  private @Nullable Page read(long start, View view) throws SQLException {
    long end = Math.min(start - start % size + size, view.upTo());
    int limit =
        Math.clamp(PAGE_CHARACTERS / Math.max(1, rowCharacters), Math.min(size, FEWEST_ROWS), size);
    List<LogEntry> rows = source.rows(start, end, limit);
    if (rows.isEmpty()) {
      end = emptyUpTo(start, end, view);
    } else {
      if (rows.size() == limit) {
        end = rows.getLast().position();
      }
      rowCharacters = Window.charactersOf(rows) / rows.size();
    }
    return complete(start, end, rows, view);
  }

  /** Far below the first row there may be millions of positions without any. */
  private long emptyUpTo(long start, long end, View view) throws SQLException {
    long first = Math.min(source.firstAfter(start), view.upTo() + 1);
    long aligned = (first - 1) - (first - 1) % size;
    return Math.max(end, aligned);
  }

  private @Nullable Page complete(long start, long end, List<LogEntry> rows, View view)
      throws SQLException {
    Positions there = Positions.of(rows.stream().mapToLong(LogEntry::position).toArray());
    Positions missing = view.open(start, end).minus(there);
    long unknownFrom = Math.max(start, view.settled());
    long unknownTo = Math.min(end, view.base());
    if (unknownTo <= unknownFrom) {
      return Page.of(start, end, rows, missing);
    }
    long to = unknownTo;
    while (to > unknownFrom) {
      Positions absent = absent(unknownFrom, to, there);
      Positions unknown = isFarTooMuch(absent) ? absent : absent.where(view::isUnknown);
      if (!Follower.isTooMuch(view.open().plus(unknown))) {
        long cut = to == unknownTo ? end : to;
        return watched(start, cut, rows, unknown);
      }
      to = unknownFrom + (to - unknownFrom) / 2;
    }
    return unknownFrom > start ? watched(start, unknownFrom, rows, Positions.none()) : null;
  }

  /** So much that those of it that are known cannot make it bearable, nor should be counted. */
  private static boolean isFarTooMuch(Positions positions) {
    return positions.count() > 4L * Follower.MAX_MISSING;
  }

  /** The positions of an area that no row has. */
  private static Positions absent(long after, long upTo, Positions there) {
    Positions absent = Positions.none();
    long from = after;
    for (int range = 0; range < there.ranges(); range++) {
      absent = absent.plus(Positions.between(from, Math.min(upTo, there.startOf(range) - 1)));
      from = Math.max(from, there.endOf(range));
    }
    return absent.plus(Positions.between(from, upTo));
  }

  private Page watched(long start, long end, List<LogEntry> rows, Positions unknown)
      throws SQLException {
    View now = watching.watch(unknown);
    List<LogEntry> all = new ArrayList<>(rows);
    all.removeIf(entry -> entry.position() > end);
    Positions there = Positions.of(all.stream().mapToLong(LogEntry::position).toArray());
    Positions done = unknown.minus(there).where(p -> p <= end && now.isDone(p));
    List<LogEntry> shown = source.at(done);
    Positions late = Positions.of(shown.stream().mapToLong(LogEntry::position).toArray());
    Positions missing =
        now.open(start, end)
            .plus(unknown.where(p -> p <= end && !now.isDone(p)))
            .minus(there)
            .minus(late);
    return Page.of(start, end, Window.merged(all, shown), missing);
  }

  private static @Nullable Page result(CompletableFuture<Page> future) throws SQLException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("Interrupted while another thread read the page.", e);
    } catch (ExecutionException e) {
      throw new SQLException("The page could not be read.", e);
    }
  }

  private void touch(Page page) {
    lock.lock();
    try {
      used.get(page.after());
    } finally {
      lock.unlock();
    }
  }

  private void keep(long start, Page page) {
    lock.lock();
    try {
      used.put(start, page);
      characters += page.characters();
      while (used.size() > 1 && (used.size() > MAX_PAGES || characters > MAX_CHARACTERS)) {
        Map.Entry<Long, Page> eldest = used.entrySet().iterator().next();
        remove(eldest.getKey());
      }
    } finally {
      lock.unlock();
    }
  }

  private void forget(long start, CompletableFuture<Page> future) {
    lock.lock();
    try {
      if (byStart.remove(start, future)) {
        remove(start);
      }
    } finally {
      lock.unlock();
    }
  }

  private void remove(long start) {
    byStart.remove(start);
    Page page = used.remove(start);
    if (page != null) {
      characters -= page.characters();
    }
  }
}
