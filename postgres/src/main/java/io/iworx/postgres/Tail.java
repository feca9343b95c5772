package io.iworx.postgres;

import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Positions;
import io.iworx.eventbus.spi.Slice;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The log as the readers of a process have it, and when its end is looked at. */
final class Tail implements AutoCloseable {
  private final @Nullable NoticeSender sender;
  private final TailWatch watch;
  private final LogReader reader;
  private final Follower follower;
  private final Cursors cursors;

  /** Held while the end is looked at. */
  private final ReentrantLock reading = new ReentrantLock();

  private final AtomicLong looks = new AtomicLong();

  /** How many times this process appended, and how many of those the last look had behind it. */
  private final AtomicLong appends = new AtomicLong();

  private volatile long appendsSeen;
  private boolean closed;

  Tail(DataSource dataSource, LogTable table, PostgresEventLogOptions options) {
    this.reader = new LogReader(dataSource, table);
    this.follower = new Follower(reader, ReadingSizes.DEFAULTS);
    this.cursors = new Cursors(reader, this::watched, ReadingSizes.DEFAULTS);
    this.sender = options.notices() ? new NoticeSender(dataSource) : null;
    this.watch = new TailWatch(this, dataSource, options);
  }

  Slice read(Checkpoint from, int limit) throws SQLException {
    View known = upToDate(from, limit);
    return cursors.read(known, from, limit);
  }

  /** The rows of a key after a position and up to another. */
  List<LogEntry> ofKey(String key, long after, long upTo, int limit) throws SQLException {
    return reader.ofKey(key, after, upTo, limit);
  }

  /** A view that is new enough for a reader that has what it has. */
  private View upToDate(Checkpoint from, int limit) throws SQLException {
    View seen = follower.view();
    if (seen == null) {
      return refresh();
    }
    boolean ahead = from.position() > seen.upTo() && (limit == 0 || !from.pending().isEmpty());
    // While somebody waits for news, the watch looks as often as it pays.
    boolean behind = !watch.isAttended() && (!hasNews(seen, from) || mayBeBehind());
    return ahead || behind ? refresh() : seen;
  }

  private static boolean hasNews(View view, Checkpoint from) {
    return view.upTo() > from.position() || from.pending().stream().anyMatch(view::isDone);
  }

  /** What a reader that begins now is past: all that shows. */
  Checkpoint head() throws SQLException {
    View now = refresh();
    return new Checkpoint(now.upTo(), now.open());
  }

  /** Whether all is known of transactions that were open when this process began to read. */
  boolean isKnown() {
    View seen = follower.view();
    return seen != null && seen.settled() >= seen.base();
  }

  /** Whether there is something for a reader without looking again. */
  boolean hasNews(Checkpoint from) {
    View seen = follower.view();
    if (seen == null || !hasNews(seen, from)) {
      return false;
    }
    boolean crowded =
        from.position() < seen.base()
            && seen.settled() < seen.base()
            && 2 * seen.open().ranges() > Follower.MAX_GAPS;
    return !crowded; // it would be told to wait for the oldest gap, again and again
  }

  /** Whether this process published, or may just have, what was not looked at yet. */
  private boolean mayBeBehind() {
    return appends.get() != appendsSeen || watch.isOwed();
  }

  /** Looks at the log now, or shares the look of another thread that began after this call. */
  View refresh() throws SQLException {
    long before = looks.get();
    reading.lock();
    try {
      View seen = follower.view();
      if (seen != null && (closed || looks.get() > before)) {
        return seen;
      }
      looks.incrementAndGet();
      long appended = appends.get();
      boolean more = follower.look();
      appendsSeen = appended;
      View now = view();
      watch.looked(seen, now, more);
      return now;
    } finally {
      if (closed) {
        reader.close();
      }
      reading.unlock();
    }
  }

  private View watched(Positions unknown) throws SQLException {
    reading.lock();
    try {
      return follower.watch(unknown);
    } finally {
      reading.unlock();
    }
  }

  private View view() {
    return Objects.requireNonNull(follower.view(), "a look leaves a view");
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
    if (sender != null) {
      sender.send();
    }
  }

  /** Asks for a notice that says only that notices are heard. */
  void sayHello() {
    if (sender != null) {
      sender.sayHello();
    }
  }

  void awaitNews(Checkpoint from, Duration atMost) throws InterruptedException {
    watch.awaitNews(from, atMost);
  }

  @Override
  public void close() {
    watch.close();
    if (sender != null) {
      sender.close();
    }
    reading.lock();
    try {
      closed = true;
      reader.close();
    } finally {
      reading.unlock();
    }
  }
}
