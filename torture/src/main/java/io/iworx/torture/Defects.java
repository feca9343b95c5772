package io.iworx.torture;

import io.iworx.eventbus.AfterDeadLetter;
import io.iworx.eventbus.PermanentFailure;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** What {@link Plant}s make of a subscriber. Safe for any thread. */
final class Defects implements AutoCloseable {
  private static final int ONE_IN = 50;
  private static final int MOST_LATE_MILLIS = 100;
  private static final int LONGER_LEASE = 5;

  /** Who faints, at which event, and with which exit code. */
  private static final String FAINTS = "s1";

  private static final int FAINTS_AT = 100;
  private static final int FAINTED = 4;

  private final WorkerSettings settings;
  private final DataSource dataSource;
  private final AtomicInteger seen = new AtomicInteger();
  private volatile boolean begun;
  private final ExecutorService later = Executors.newVirtualThreadPerTaskExecutor();

  Defects(WorkerSettings settings, DataSource dataSource) {
    this.settings = settings;
    this.dataSource = dataSource;
  }

  static Duration lease(WorkerSettings settings) {
    return settings.has(Plant.SLEEPY)
        ? settings.lease().multipliedBy(LONGER_LEASE)
        : settings.lease();
  }

  boolean skips(String id) {
    return settings.has(Plant.SKIP) && isChosen(id);
  }

  void perhapsRefuse(String id) throws PermanentFailure {
    if (settings.has(Plant.SQUEAMISH) && isChosen(id)) {
      throw new PermanentFailure("did not like " + id);
    }
  }

  void perhapsNever(String id) throws IOException {
    if (settings.has(Plant.STUBBORN) && isChosen(id)) {
      throw new IOException("will never like " + id);
    }
  }

  /** The worker has said that it is ready. */
  void begun() {
    begun = true;
  }

  void perhapsFaint() {
    if (begun
        && settings.has(Plant.FAINT)
        && settings.name().equals(FAINTS)
        && seen.incrementAndGet() == FAINTS_AT) {
      Runtime.getRuntime().halt(FAINTED);
    }
  }

  static boolean isChosen(String id) {
    return Math.floorMod(id.hashCode(), ONE_IN) == 0;
  }

  boolean forgetsToAsk() {
    return settings.has(Plant.CARELESS);
  }

  AfterDeadLetter afterDeadLetter() {
    return settings.has(Plant.IMPATIENT) ? AfterDeadLetter.KEY_GOES_ON : AfterDeadLetter.KEY_WAITS;
  }

  /** A connection whose transaction is not the subscription's; null for a sound handler. */
  @Nullable Connection strayConnection() throws SQLException {
    return settings.has(Plant.REPEAT) ? dataSource.getConnection() : null;
  }

  void perhapsLater(Runnable work) {
    if (!settings.has(Plant.HASTY)) {
      work.run();
      return;
    }
    var pause = new SplittableRandom().nextInt(MOST_LATE_MILLIS);
    later.execute(
        () -> {
          try {
            TimeUnit.MILLISECONDS.sleep(pause);
            work.run();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /** Starts the naive reader instead of a subscription. */
  boolean readsByItself(Rows rows) {
    if (!settings.has(Plant.NAIVE)) {
      return false;
    }
    later.execute(new NaiveReader(dataSource, rows, settings.name()));
    return true;
  }

  @Override
  public void close() {
    later.shutdownNow();
  }
}
