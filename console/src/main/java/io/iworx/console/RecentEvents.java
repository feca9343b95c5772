package io.iworx.console;

import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.LogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The end of the event log: as much of it as a question may look at. */
final class RecentEvents {
  /** How many entries before the head are looked at. */
  static final int REACH = 10_000;

  private static final int PAGE = 500;

  private final EventLog log;

  RecentEvents(EventLog log) {
    this.log = log;
  }

  /** Those that fit, oldest first. */
  List<LogEntry> matching(Predicate<LogEntry> fits) {
    var head = log.head();
    var found = new ArrayList<LogEntry>();
    for (var at = Math.max(0, head - REACH); at < head; ) {
      var slice = log.read(at, PAGE);
      slice.entries().stream().filter(fits).forEach(found::add);
      if (slice.upTo() <= at) {
        break;
      }
      at = slice.upTo();
    }
    return found;
  }
}
