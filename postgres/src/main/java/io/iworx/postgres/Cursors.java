package io.iworx.postgres;

import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Positions;
import io.iworx.eventbus.spi.Slice;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads on for any number of readers, from what the shared one has at hand or from pages that those
 * who are behind share. Nothing is remembered of a reader: its checkpoint says it all.
 *
 * <p>A reader is given rows up to where one {@link View} goes, and with them everything at its
 * pending positions that this view, or a later snapshot, shows. All those rows were being published
 * before the view was taken. So what was not shown by then was not durable when they were
 * published, and may come after them.
 */
final class Cursors {
  private final LogSource source;
  private final Pages.Watching watching;
  private final Pages pages;

  Cursors(LogSource source, Pages.Watching watching, ReadingSizes sizes) {
    this.source = source;
    this.watching = watching;
    this.pages = new Pages(source, watching, sizes.page());
  }

  Slice read(View known, Checkpoint from, int limit) throws SQLException {
    Positions unknown = from.pending().where(known::isUnknown);
    View view = unknown.isEmpty() ? known : watching.watch(unknown);
    List<LogEntry> entries = new ArrayList<>(shown(from.pending(), view));
    Positions pending = from.pending().where(position -> !view.isDone(position));
    if (limit == 0 || from.position() >= view.upTo()) {
      return new Slice(entries, new Checkpoint(from.position(), pending), view.upTo());
    }
    Slice next =
        from.position() >= view.window().after()
            ? ofWindow(from.position(), limit, view)
            : ofPage(from.position(), limit, view);
    entries.addAll(next.entries());
    Checkpoint upTo = next.upTo();
    return new Slice(
        entries, new Checkpoint(upTo.position(), pending.plus(upTo.pending())), view.upTo());
  }

  /** What shows of these positions by now. */
  private List<LogEntry> shown(Positions pending, View view) throws SQLException {
    if (pending.isEmpty()) {
      return List.of();
    }
    List<LogEntry> atHand = new ArrayList<>();
    Positions done = pending.where(view::isDone);
    done.stream().forEach(position -> view.at(position).ifPresent(atHand::add));
    Positions elsewhere = done.where(view::isElsewhere);
    return Window.merged(atHand, source.at(elsewhere));
  }

  private static Slice ofWindow(long after, int limit, View view) {
    List<LogEntry> rows = view.window().rows(after, limit);
    long upTo = rows.size() < limit ? view.upTo() : rows.getLast().position();
    return new Slice(rows, new Checkpoint(upTo, view.open(after, upTo)), view.upTo());
  }

  private Slice ofPage(long after, int limit, View view) throws SQLException {
    Pages.Page page = pages.after(after, view);
    if (page == null) {
      return new Slice(List.of(), Checkpoint.at(after), view.upTo());
    }
    List<LogEntry> rows = page.rows(after, limit);
    long last = rows.size() < limit ? page.upTo() : rows.getLast().position();
    long upTo = Math.min(last, view.upTo());
    if (upTo < last) { // the page was read for a reader who knew more
      rows = rows.stream().filter(entry -> entry.position() <= upTo).toList();
    }
    Positions missing = page.missing().where(p -> p > after && p <= upTo);
    return new Slice(rows, new Checkpoint(upTo, missing), view.upTo());
  }
}
