package io.iworx.postgres;

import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Slice;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
  private static final int MAX_CHARACTERS = 16 * 1024 * 1024;

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
  private final NoticeSender sender;
  private final boolean notices;

  /** Held while the shared connection is used. */
  private final ReentrantLock reading = new ReentrantLock();

  private final AtomicLong refreshes = new AtomicLong();

  /** How many times this process appended, and how many of those the last look had behind it. */
  private final AtomicLong appends = new AtomicLong();

  private volatile long appendsSeen;
  private @Nullable LogReader reader;
  private long scanned = SettledMarks.UNKNOWN;
  private boolean closed;
  private volatile @Nullable Window window;

  Tail(DataSource dataSource, LogTable table, PostgresEventLogOptions options) {
    this.dataSource = dataSource;
    this.table = table;
    this.notices = options.notices();
    this.sender = new NoticeSender(dataSource);
    this.watch = new TailWatch(this, dataSource, options);
  }

  Slice read(Checkpoint from, int limit) throws SQLException {
    Slice next = limit == 0 ? new Slice(List.of(), from) : read(from.position(), limit);
    if (from.pending().isEmpty()) {
      return next;
    }
    List<LogEntry> all =
        new ArrayList<>(
            Transactions.alone(dataSource, connection -> LogReader.at(connection, from.pending())));
    all.addAll(next.entries());
    return new Slice(all, Checkpoint.at(next.upTo().position()));
  }

  private Slice read(long after, int limit) throws SQLException {
    Slice known = known(after, limit);
    if (known.entries().size() < limit && (known.upTo().position() == after || mayBeBehind())) {
      refresh();
      return known(after, limit);
    }
    return known;
  }

  /** Whether this process published, or may just have, what was not looked at yet. */
  private boolean mayBeBehind() {
    return appends.get() != appendsSeen || watch.isOwed();
  }

  private Slice known(long after, int limit) throws SQLException {
    Window seen = window;
    if (seen == null || after >= seen.upTo) {
      return new Slice(List.of(), Checkpoint.at(after));
    }
    long upTo = seen.upTo;
    List<LogEntry> entries =
        after >= seen.after
            ? seen.entries.stream().filter(entry -> entry.position() > after).limit(limit).toList()
            : Transactions.alone(
                dataSource, connection -> LogReader.rows(connection, after, upTo, limit));
    return new Slice(
        entries, Checkpoint.at(entries.size() < limit ? upTo : entries.getLast().position()));
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
      long appended = appends.get();
      Progress progress = look();
      appendsSeen = appended;
      watch.looked(progress);
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
    LogReader kept = reader;
    if (kept != null) {
      try {
        return look(kept);
      } catch (SQLException e) {
        // It may have been broken for long; only a fresh connection says whether that is over.
        dropReader();
      }
    }
    LogReader fresh = LogReader.open(dataSource, table);
    reader = fresh;
    scanned = window == null ? SettledMarks.UNKNOWN : upTo();
    return look(fresh);
  }

  private Progress look(LogReader current) throws SQLException {
    long settled = current.settled();
    if (settled > scanned) {
      Window seen = window;
      if (seen == null || settled - seen.upTo > WINDOW) {
        long last = current.lastRow(settled);
        // Those who are far behind read for themselves.
        if (seen == null || last - seen.upTo > WINDOW) {
          window = new Window(last, last, List.of());
        }
      }
      extend(current, settled);
    }
    return new Progress(upTo(), settled, current.isWaiting());
  }

  private void extend(LogReader current, long settled) throws SQLException {
    List<LogEntry> rows;
    do {
      Window seen = Objects.requireNonNull(window);
      rows = current.rows(seen.upTo, settled, FETCH);
      if (!rows.isEmpty()) {
        window = joined(seen, rows);
      }
    } while (rows.size() == FETCH);
    scanned = settled;
  }

  private static Window joined(Window seen, List<LogEntry> rows) {
    List<LogEntry> all = new ArrayList<>(seen.entries.size() + rows.size());
    all.addAll(seen.entries);
    all.addAll(rows);
    int first = all.size();
    long characters = 0;
    while (first > 0 && all.size() - first < WINDOW && characters < MAX_CHARACTERS) {
      first--;
      characters += all.get(first).payload().length();
    }
    long after = first == 0 ? seen.after : all.get(first - 1).position();
    return new Window(after, all.getLast().position(), List.copyOf(all.subList(first, all.size())));
  }

  /** An event of this process is in the log. */
  void appended() {
    appends.incrementAndGet();
    watch.ask();
    tellOthers();
  }

  /** A caller's transaction in this process was given this position. */
  void expect(long position) {
    watch.expect(position);
  }

  /** Events of this process show by now. */
  void tellOthers() {
    if (notices) {
      sender.send();
    }
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
    sender.close();
    reading.lock();
    try {
      closed = true;
      dropReader();
    } finally {
      reading.unlock();
    }
  }
}
