package io.iworx.torture;

import io.iworx.eventbus.PermanentFailure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** What a {@link Plant} makes of a subscriber. Safe for any thread. */
final class Defects implements AutoCloseable {
  private static final int ONE_IN = 50;
  private static final int MOST_LATE_MILLIS = 100;

  private final Plant plant;
  private final DataSource dataSource;
  private final ExecutorService later = Executors.newVirtualThreadPerTaskExecutor();

  Defects(Plant plant, DataSource dataSource) {
    this.plant = plant;
    this.dataSource = dataSource;
  }

  boolean skips(String id) {
    return plant == Plant.SKIP && isChosen(id);
  }

  void perhapsRefuse(String id) throws PermanentFailure {
    if (plant == Plant.SQUEAMISH && isChosen(id)) {
      throw new PermanentFailure("did not like " + id);
    }
  }

  static boolean isChosen(String id) {
    return Math.floorMod(id.hashCode(), ONE_IN) == 0;
  }

  /** A connection whose transaction is not the subscription's; null for a sound handler. */
  @Nullable Connection ownConnection() throws SQLException {
    return plant == Plant.REPEAT ? dataSource.getConnection() : null;
  }

  void perhapsLater(Runnable work) {
    if (plant != Plant.HASTY) {
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
  boolean readsByItself(WorkerSettings settings, Rows rows) {
    if (plant != Plant.NAIVE) {
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
