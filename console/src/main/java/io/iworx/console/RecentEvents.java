package io.iworx.console;

import io.iworx.eventbus.spi.Checkpoint;
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
    var at = Checkpoint.at(Math.max(0, head.position() - REACH));
    while (at.position() < head.position()) {
      var slice = log.read(at, PAGE);
      slice.entries().stream().filter(fits).forEach(found::add);
      if (slice.upTo().position() <= at.position()) {
        break;
      }
      at = Checkpoint.at(slice.upTo().position());
    }
    return found;
  }
}
