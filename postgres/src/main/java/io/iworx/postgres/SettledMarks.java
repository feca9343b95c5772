package io.iworx.postgres;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;

/**
 * Decides up to which position the log can no longer change.
 *
 * <p>A position is handed out when a row is written and the row shows when its transaction commits,
 * so a reader that simply goes on after the last row it saw skips those that commit late. Here it
 * is told, again and again, two things in this order: the position of a row that shows, and then
 * which transactions hold a writer's lock on the table. Whoever writes takes that lock before it is
 * given a position and keeps it until its rows show. So of all positions up to the one told, only
 * those of the transactions in that list can still be missing, and when each of <em>them</em> has
 * let go, the log is settled up to there. Writers that came later do not matter, nor do
 * transactions that write other tables only.
 *
 * <p>A prepared transaction (two-phase commit) goes on under another name, {@code -1/…}. Which one
 * became which is not told, so while a mark waits for an ordinary transaction, every prepared one
 * that newly appears is waited for too.
 *
 * <p>Only positions of rows that were seen are told, since a crash can take back numbers that were
 * handed out to transactions that never committed, and hand them out again; but none below a row
 * that is durable. So what was settled stays settled for ever, whichever server process answers.
 *
 * <p>Not safe for several threads.
 */
final class SettledMarks {
  /** Marks kept at once: enough that a long transaction ends to a recent mark. */
  private static final int MAX_PENDING = 64;

  private static final String PREPARED = "-1/";

  /** No mark is settled yet: the first publisher that was met is still in its transaction. */
  static final long UNKNOWN = -1;

  private record Mark(long position, Set<String> holders) {
    boolean waitsForOrdinary() {
      return holders.stream().anyMatch(holder -> !holder.startsWith(PREPARED));
    }
  }

  private final ArrayDeque<Mark> pending = new ArrayDeque<>();
  private Set<String> preparedBefore = Set.of();
  private long settled = UNKNOWN;
  private long highest = UNKNOWN;

  /**
   * Takes in what was seen and returns the position up to which the log is settled, or {@link
   * #UNKNOWN}.
   *
   * @param handedOut the position of a row that was seen before the holders were listed: all up to
   *     there had been handed out
   * @param holders the transactions that hold the writer's lock
   */
  long observe(long handedOut, Set<String> holders) {
    Set<String> newlyPrepared = new HashSet<>(holders);
    newlyPrepared.removeIf(holder -> !holder.startsWith(PREPARED));
    Set<String> prepared = Set.copyOf(newlyPrepared);
    newlyPrepared.removeAll(preparedBefore);
    preparedBefore = prepared;

    Iterator<Mark> marks = pending.iterator();
    while (marks.hasNext()) {
      Mark mark = marks.next();
      boolean mayHaveBeenPrepared = mark.waitsForOrdinary();
      mark.holders.retainAll(holders);
      if (mayHaveBeenPrepared) {
        mark.holders.addAll(newlyPrepared);
      }
      if (mark.holders.isEmpty()) {
        settled = Math.max(settled, mark.position);
        marks.remove();
      }
    }
    add(handedOut, holders);
    return settled;
  }

  /** It is known otherwise that nothing can come any more up to here. */
  void settle(long upTo) {
    settled = Math.max(settled, upTo);
  }

  private void add(long handedOut, Set<String> holders) {
    if (handedOut <= highest) {
      return;
    }
    highest = handedOut;
    if (holders.isEmpty() || handedOut == 0) {
      // Nobody writes, or nobody ever did: nothing before can be missing either.
      settle(handedOut);
      pending.clear();
      return;
    }
    if (pending.size() == MAX_PENDING) {
      pending.removeLast();
    }
    pending.addLast(new Mark(handedOut, new HashSet<>(holders)));
  }

  /** Up to where the log is settled by what was seen so far, or {@link #UNKNOWN}. */
  long settled() {
    return settled;
  }
}
