package io.iworx.postgres;

import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells other processes that there is something new, in transactions of its own and at most every
 * few milliseconds: a NOTIFY in each publishing transaction would make all of them queue (a third
 * of the throughput was measured). The busier the database is, the rarer.
 */
final class NoticeSender implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NoticeSender.class);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(2);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(20);

  /** The pause after a notice is so many times as long as the notice took. */
  private static final int PAUSE_FOR_TIME = 10;

  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  private final DataSource dataSource;
  private final Semaphore due = new Semaphore(0);
  private final AtomicBoolean started = new AtomicBoolean();
  private final AtomicBoolean news = new AtomicBoolean();
  private volatile boolean closed;

  NoticeSender(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** Returns at once; the notice goes out soon. */
  void send() {
    news.set(true);
    wake();
  }

  /** The same with a notice that says nothing. */
  void sayHello() {
    wake();
  }

  private void wake() {
    if (started.compareAndSet(false, true)) {
      Thread.ofVirtual().name("iworx-event-log-notify").start(this::run);
    }
    due.release();
  }

  private void run() {
    try {
      while (true) {
        due.acquire();
        due.drainPermits();
        if (closed) {
          return;
        }
        long since = System.nanoTime();
        Thread.sleep(sent() ? pauseAfter(System.nanoTime() - since) : AFTER_FAILURE);
      }
    } catch (InterruptedException e) {
      // Nobody interrupts it; if somebody does, that is an end.
    }
  }

  private static Duration pauseAfter(long nanos) {
    return Duration.ofNanos(
        Math.clamp(nanos * PAUSE_FOR_TIME, SHORTEST_PAUSE.toNanos(), LONGEST_PAUSE.toNanos()));
  }

  private boolean sent() {
    try {
      boolean news = this.news.getAndSet(false);
      Transactions.alone(
          dataSource,
          connection -> {
            try (Statement statement = connection.createStatement()) {
              String text = news ? "" : ", '" + NoticeListener.HELLO + "'";
              return statement.execute("NOTIFY " + NoticeListener.CHANNEL + text);
            }
          });
      return true;
    } catch (SQLException e) {
      LOG.debug("[Event Bus] other processes were not told of new events: {}", e.toString());
      return false;
    }
  }

  @Override
  public void close() {
    closed = true;
    due.release();
  }
}
