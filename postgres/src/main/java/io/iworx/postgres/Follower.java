package io.iworx.postgres;

import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Positions;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Follows the end of the log past its gaps.
 *
 * <p>A position that is missing below a row that shows is a gap: its transaction is still open, was
 * rolled back, or found its event there already. Each look reads, in one snapshot, what is new and
 * what shows at the gaps by now, so whatever was durable before another event was published is seen
 * before it or with it. After a look that leaves gaps, the writers are listed; see {@link
 * SettledMarks}. A gap is forgotten when a look that began after it was settled does not show it.
 *
 * <p>One thread at a time may look; the view may be had by any.
 */
final class Follower {
  /** Gaps kept at once. Beyond them the reader waits for the oldest to be settled. */
  static final int MAX_GAPS = 1_000;

  /** Positions in all gaps together, since one statement may bring the rows of all of them. */
  static final int MAX_MISSING = 10_000;

  private static final int FETCHES = 8;

  private final LogSource source;
  private final ReadingSizes sizes;
  private final SettledMarks marks = new SettledMarks();

  /** The last row seen, even if it was too far to go. */
  private long highest;

  private volatile @Nullable View view;

  Follower(LogSource source, ReadingSizes sizes) {
    this.source = source;
    this.sizes = sizes;
  }

  /** What the last look showed; null before the first one. */
  @Nullable View view() {
    return view;
  }

  /** Looks at the end; returns whether there is more to see at once. */
  boolean look() throws SQLException {
    View seen = view;
    if (seen == null) {
      seen = View.startingAt(begin(), marks.settled(), sizes);
      view = seen;
    }
    boolean more = follow(seen);
    listWriters();
    return more || followLeap();
  }

  /**
   * Numbers that leapt, to a new partition perhaps, while nobody was writing: nothing to wait for.
   */
  private boolean followLeap() throws SQLException {
    View seen = view;
    if (seen == null || highest <= seen.upTo() || marks.settled() < highest) {
      return false;
    }
    boolean more = follow(seen);
    listWriters();
    return more;
  }

  /** Chooses where to begin, and whom to wait for until all before is known. */
  private long begin() throws SQLException {
    long base = source.beforeLast(sizes.start());
    highest = base;
    marks.settle(source.beforePartition(base));
    marks.observe(base, source.writers());
    return base;
  }

  private boolean follow(View from) throws SQLException {
    View seen = from;
    for (int fetches = 0; fetches < FETCHES; fetches++) {
      long settled = marks.settled(); // told before the snapshot
      LogSource.Look look = source.look(seen.open(), seen.upTo(), sizes.fetch());
      View next = taken(seen, look, settled);
      view = next;
      if (look.next().size() < sizes.fetch() || next.upTo() < highest) {
        return false;
      }
      seen = next;
    }
    long near = source.beforeLast(sizes.start());
    if (near - seen.upTo() > sizes.jump()) {
      view = seen.jumpedTo(begin(), marks.settled());
    }
    return true;
  }

  private View taken(View seen, LogSource.Look look, long settledBefore) throws SQLException {
    long settled = settledBefore;
    Positions open = seen.open();
    if (!open.isEmpty()) {
      Positions shown = Positions.of(look.late().stream().mapToLong(LogEntry::position).toArray());
      open = open.where(position -> position > settledBefore && !shown.contains(position));
    }
    long upTo = seen.upTo();
    int count = 0;
    for (LogEntry entry : look.next()) {
      Positions missing = Positions.between(Math.max(upTo, settled), entry.position() - 1);
      if (missing.count() > MAX_MISSING) { // numbers leap where a partition begins
        marks.settle(source.beforePartition(entry.position()));
        settled = Math.max(settled, marks.settled());
        long begun = settled;
        open = open.where(position -> position > begun);
        missing = Positions.between(Math.max(upTo, settled), entry.position() - 1);
      }
      if (!missing.isEmpty()) {
        Positions all = open.plus(missing);
        if (isTooMuch(all)) {
          break;
        }
        open = all;
      }
      upTo = entry.position();
      count++;
    }
    if (!look.next().isEmpty()) {
      highest = look.next().getLast().position();
    }
    return seen.withLate(look.late()).withNext(look.next().subList(0, count), open);
  }

  static boolean isTooMuch(Positions open) {
    return open.ranges() > MAX_GAPS || open.count() > MAX_MISSING;
  }

  private void listWriters() throws SQLException {
    View seen = view;
    if (seen != null
        && (!seen.open().isEmpty() || highest > seen.upTo() || marks.settled() < seen.base())) {
      view = seen.withSettled(marks.observe(highest, source.writers()));
    }
  }

  /**
   * Takes positions under watch of which it is not known whether something may come; those that
   * show already are in the view then.
   */
  View watch(Positions unknown) throws SQLException {
    View seen = view;
    if (seen == null) {
      look();
      seen = view;
    }
    if (seen == null) {
      throw new IllegalStateException("a look leaves a view");
    }
    View now = seen;
    Positions asked = unknown.where(now::isUnknown);
    List<LogEntry> shown = source.look(asked, now.upTo(), 0).late();
    Positions there = Positions.of(shown.stream().mapToLong(LogEntry::position).toArray());
    View next = now.withLate(shown).withOpen(now.open().plus(asked.minus(there)));
    view = next;
    return next;
  }
}
