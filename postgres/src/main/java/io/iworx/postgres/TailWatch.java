package io.iworx.postgres;

import io.iworx.eventbus.spi.Checkpoint;
import java.sql.SQLException;
import java.time.Duration;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the end of the log as often as it pays while somebody waits for it, and not at all while
 * nobody does. Its threads are the platform's: a wait for the database costs a virtual one several
 * others' wake-ups, which was most of what an idle process did.
 */
final class TailWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TailWatch.class);

  /** Many publishers at once would otherwise set off a look each. */
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(1);

  private static final Duration ACTIVE_FOR = Duration.ofSeconds(2);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  /**
   * A caller's transaction that ends so late, or was rolled back as the last, is found by chance.
   */
  private static final Duration OWED_FOR = Duration.ofMinutes(1);

  private static final int MAX_OWED = 10_000;

  /** Between two waits a thread may do something else for so long and still count as waiting. */
  private static final Duration BETWEEN_WAITS = Duration.ofMillis(20);

  /** The pause grows with the time since something happened, to this part of it. */
  private static final int PAUSE_PART = 8;

  private final Tail tail;
  private final PostgresEventLogOptions options;
  private final NoticeListener listener;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wanted = lock.newCondition();
  private final Condition moved = lock.newCondition();

  private boolean running;
  private boolean listening;
  private boolean closed;
  private volatile boolean failing;

  /** How many threads wait for news. */
  private int waiting;

  /** When the last of them ended its wait, in nanoseconds. */
  private long waitedAt = System.nanoTime() - AFTER_FAILURE.toNanos();

  /** Somebody knows that there is something new. */
  private boolean asked;

  /** The last look did not see everything. */
  private boolean more;

  /** Whether publishers are in the middle of a transaction. */
  private boolean gaps;

  /** Positions given to callers' transactions whose end nobody tells us, and when they were. */
  private final NavigableMap<Long, Long> owed = new TreeMap<>();

  /** When something last happened, in nanoseconds; before the first time long ago. */
  private long activeAt = System.nanoTime() - OWED_FOR.toNanos();

  TailWatch(Tail tail, DataSource dataSource, PostgresEventLogOptions options) {
    this.tail = tail;
    this.options = options;
    this.listener = new NoticeListener(dataSource, this::ask, tail::sayHello);
  }

  /** There is something new: looks as soon as it can, if anybody waits. */
  void ask() {
    lock.lock();
    try {
      activeAt = System.nanoTime();
      asked = true;
      wanted.signal();
    } finally {
      lock.unlock();
    }
  }

  /** A caller's transaction was given this position: looks often until it ends one way or other. */
  void expect(long position) {
    lock.lock();
    try {
      activeAt = System.nanoTime();
      owed.put(position, activeAt);
      if (owed.size() > MAX_OWED) {
        owed.pollFirstEntry();
      }
      run();
      wanted.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Whether a caller's transaction that was given a position may have committed since. */
  boolean isOwed() {
    lock.lock();
    try {
      return !owed.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Whether somebody waits for news, or did a moment ago: then looking is seen to. */
  boolean isAttended() {
    lock.lock();
    try {
      return !failing && (waiting > 0 || System.nanoTime() - waitedAt < BETWEEN_WAITS.toNanos());
    } finally {
      lock.unlock();
    }
  }

  /** The end of the log was looked at, by whomever. */
  void looked(@Nullable View before, View now, boolean moreToSee) {
    boolean paid;
    lock.lock();
    try {
      more = moreToSee;
      gaps = !now.open().isEmpty();
      if (before == null || now.upTo() > before.upTo() || !now.open().equals(before.open())) {
        activeAt = System.nanoTime();
        moved.signalAll();
      } else if (now.settled() != before.settled()) {
        moved.signalAll();
      }
      paid = !owed.isEmpty() && owed.keySet().removeIf(now::isDone);
      long oldest = System.nanoTime() - OWED_FOR.toNanos();
      owed.values().removeIf(since -> since - oldest < 0);
    } finally {
      lock.unlock();
    }
    if (paid) {
      tail.tellOthers();
    }
  }

  void awaitNews(Checkpoint from, Duration atMost) throws InterruptedException {
    long left = atMost.toNanos();
    lock.lockInterruptibly();
    try {
      if (closed || tail.hasNews(from)) {
        return;
      }
      waiting++;
      try {
        run();
        listen();
        if (System.nanoTime() - waitedAt > AFTER_FAILURE.toNanos() && waiting == 1) {
          asked = true; // nobody looked for a while
        }
        wanted.signal();
        while (!closed && !tail.hasNews(from) && left > 0) {
          left = moved.awaitNanos(left);
        }
      } finally {
        waiting--;
        waitedAt = System.nanoTime();
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    if (!running && !closed) {
      running = true;
      Thread.ofPlatform().daemon().name("iworx-event-log-tail").start(this::watch);
    }
  }

  private void listen() {
    if (options.notices() && !listening && !closed) {
      listening = true;
      listener.start();
    }
  }

  private void watch() {
    try {
      while (pause()) {
        look();
        Thread.sleep(BETWEEN_LOOKS);
      }
    } catch (InterruptedException e) {
      // Nobody interrupts it; if somebody does, that is an end.
    }
  }

  private void look() {
    try {
      tail.refresh();
      if (failing) {
        LOG.info("[Event Bus] the event log can be read again");
      }
      failing = false;
    } catch (SQLException | RuntimeException e) {
      if (!failing) {
        LOG.warn("[Event Bus] the event log cannot be read; trying until it can: {}", e.toString());
      }
      failing = true;
    }
  }

  /** Waits until the next look is due; false when it is over. */
  private boolean pause() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long since = System.nanoTime();
      while (!closed) {
        if (!isWanted()) {
          wanted.await();
          continue;
        }
        boolean now = (asked || more) && waiting > 0 && !failing;
        long left = interval().toNanos() - (System.nanoTime() - since);
        if (now || left <= 0) {
          asked = false;
          return true;
        }
        wanted.awaitNanos(left);
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Readers come back within a moment; only then has nobody an interest any more. */
  private boolean isWanted() {
    return waiting > 0 || !owed.isEmpty() || System.nanoTime() - waitedAt < AFTER_FAILURE.toNanos();
  }

  private Duration interval() {
    if (failing) {
      return AFTER_FAILURE;
    }
    long quiet = System.nanoTime() - activeAt;
    if (quiet < ACTIVE_FOR.toNanos()) {
      boolean urgent = waiting > 0 && (gaps || !owed.isEmpty());
      return urgent ? options.urgentPoll() : options.activePoll();
    }
    if (!owed.isEmpty() || (gaps && quiet < OWED_FOR.toNanos())) {
      return options.activePoll();
    }
    Duration longest =
        options.notices() && listener.hears() ? options.idlePoll() : options.unheardPoll();
    Duration grown = Duration.ofNanos(quiet / PAUSE_PART);
    return grown.compareTo(longest) < 0 ? grown : longest;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      wanted.signalAll();
      moved.signalAll();
    } finally {
      lock.unlock();
    }
    listener.stop();
    if (listening) {
      tail.tellOthers();
      listener.close();
    }
  }
}
