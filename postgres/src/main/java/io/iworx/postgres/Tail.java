package io.iworx.postgres;

import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Slice;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The end of the log, read once for all subscriptions of the process. Those that are behind read
 * for themselves.
 */
final class Tail implements AutoCloseable {
  private static final int WINDOW = 1_000;
  private static final int FETCH = 250;

  /**
   * What is known of the end.
   *
   * @param after the position before the first entry
   * @param upTo the position of the last row seen: durable, and settled for ever
   */
  private record Window(long after, long upTo, List<LogEntry> entries) {}

  private final DataSource dataSource;
  private final LogTable table;
  private final TailWatch watch;

  /** Held while the shared connection is used. */
  private final ReentrantLock reading = new ReentrantLock();

  private final AtomicLong refreshes = new AtomicLong();
  private @Nullable LogReader reader;
  private long scanned;
  private boolean closed;
  private volatile @Nullable Window window;

  Tail(DataSource dataSource, LogTable table, PostgresEventLogOptions options) {
    this.dataSource = dataSource;
    this.table = table;
    this.watch = new TailWatch(this, options);
  }

  Slice read(long after, int limit) throws SQLException {
    Window seen = window;
    if (seen == null || after >= seen.upTo) {
      refresh();
      seen = window;
    }
    if (seen == null || after >= seen.upTo) {
      return new Slice(List.of(), after);
    }
    long upTo = seen.upTo;
    List<LogEntry> entries =
        after >= seen.after
            ? seen.entries.stream().filter(entry -> entry.position() > after).limit(limit).toList()
            : Transactions.alone(
                dataSource, connection -> LogReader.rows(connection, after, upTo, limit));
    return new Slice(entries, entries.size() < limit ? upTo : entries.getLast().position());
  }

  /** The position of the last settled row seen; 0 before the first look. */
  long upTo() {
    Window seen = window;
    return seen == null ? 0 : seen.upTo;
  }

  /** Whether the end has been found at all; it is not while a publisher that was first is open. */
  boolean isKnown() {
    return window != null;
  }

  /** Looks at the log now, or shares the look of another thread that began after this call. */
  Progress refresh() throws SQLException {
    long before = refreshes.get();
    reading.lock();
    try {
      if (closed || refreshes.get() > before) {
        return new Progress(upTo(), scanned, reader != null && reader.isWaiting());
      }
      refreshes.incrementAndGet();
      Progress progress = look();
      watch.moved();
      return progress;
    } catch (SQLException e) {
      dropReader();
      throw e;
    } finally {
      reading.unlock();
    }
  }

  /**
   * What a look brought.
   *
   * @param upTo the last settled row
   * @param settled the position up to which nothing can come any more
   * @param waiting whether publishers are in the middle of a transaction
   */
  record Progress(long upTo, long settled, boolean waiting) {}

  private Progress look() throws SQLException {
    LogReader current = reader;
    if (current == null) {
      current = LogReader.open(dataSource, table);
      reader = current;
      scanned = upTo();
    }
    long settled = current.settled();
    if (settled > scanned) {
      Window seen = window;
      if (seen == null || settled - seen.upTo > WINDOW) {
        long last = current.lastRow(settled);
        if (seen == null || last > seen.upTo + WINDOW) {
          window = new Window(last, last, List.of());
          scanned = settled;
          return new Progress(last, settled, current.isWaiting());
        }
      }
      extend(current, settled);
    }
    return new Progress(upTo(), settled, current.isWaiting());
  }

  private void extend(LogReader current, long settled) throws SQLException {
    List<LogEntry> rows;
    do {
      Window seen = java.util.Objects.requireNonNull(window);
      rows = current.rows(seen.upTo, settled, FETCH);
      if (!rows.isEmpty()) {
        window = joined(seen, rows);
      }
    } while (rows.size() == FETCH);
    scanned = settled;
  }

  private static Window joined(Window seen, List<LogEntry> rows) {
    List<LogEntry> entries = new ArrayList<>(seen.entries.size() + rows.size());
    entries.addAll(seen.entries);
    entries.addAll(rows);
    long after = seen.after;
    int surplus = entries.size() - WINDOW;
    if (surplus > 0) {
      after = entries.get(surplus - 1).position();
      entries = entries.subList(surplus, entries.size());
    }
    return new Window(after, rows.getLast().position(), List.copyOf(entries));
  }

  void expect(long position) {
    watch.expect(position);
  }

  void awaitAfter(long position, Duration atMost) throws InterruptedException {
    watch.awaitAfter(position, atMost);
  }

  private void dropReader() {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }

  @Override
  public void close() {
    watch.close();
    reading.lock();
    try {
      closed = true;
      dropReader();
    } finally {
      reading.unlock();
    }
  }
}
