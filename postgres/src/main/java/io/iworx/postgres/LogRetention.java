package io.iworx.postgres;

import io.iworx.eventbus.EventException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the log from growing for ever: begins partitions in time and drops those whose events are
 * all old enough and read by every subscription. Without one everything is kept. The first one
 * makes the log a partitioned table, which it then stays; {@link LogPartitions#partition}.
 *
 * <p>Any number of processes may have one; what one has done, the others find done. A partition
 * that is old enough and still needed is kept, and a warning names who needs it.
 */
public final class LogRetention implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogRetention.class);

  /** Longer only while the rows of a large table are checked, which is begun anew next time. */
  private static final Duration FAREWELL = Duration.ofSeconds(5);

  private final LogPartitions partitions;
  private final RetentionOptions options;
  private final Map<Integer, List<String>> warned = new HashMap<>();
  private final Thread thread;

  private LogRetention(LogPartitions partitions, RetentionOptions options) {
    this.partitions = partitions;
    this.options = options;
    this.thread = Thread.ofVirtual().name("iworx-event-log-retention").unstarted(this::run);
  }

  /** Starts it on a database that {@link Migrations} has migrated. */
  public static LogRetention start(DataSource dataSource, RetentionOptions options) {
    LogRetention retention = new LogRetention(LogPartitions.of(dataSource), options);
    retention.thread.start();
    return retention;
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        check();
      } catch (EventException e) {
        LOG.warn("[Event Bus] retention will try again: {}", e.getMessage());
      }
      try {
        Thread.sleep(options.checkEvery());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void check() {
    partition();
    partitions
        .rotateAfter(options.rotateEvery())
        .ifPresent(number -> LOG.info("[Event Bus] partition domain_events_{} begun", number));
    partitions.expired(options.keep()).forEach(this::warnOf);
    for (LogPartition gone : partitions.drop(options.keep(), options.dropUnread())) {
      warned.remove(gone.number());
      LOG.info("[Event Bus] partition {} dropped, {} bytes", gone.table(), gone.bytes());
    }
  }

  private void partition() {
    if (partitions.isPartitioned()) {
      return;
    }
    LOG.info(
        "[Event Bus] the log becomes a partitioned table: publishing and reading go on; its rows are checked once");
    if (partitions.partition()) {
      LOG.info("[Event Bus] the log is a partitioned table; what it was is domain_events_0");
    }
  }

  /** Once for each who needs it. */
  private void warnOf(LogPartition partition) {
    List<String> neededBy = partition.neededBy();
    if (neededBy.isEmpty() || neededBy.equals(warned.put(partition.number(), neededBy))) {
      return;
    }
    LOG.warn(
        "[Event Bus] partition {} with about {} events is past its time, and {} not read all of it: {}",
        partition.table(),
        partition.events(),
        neededBy.size() == 1 ? neededBy.getFirst() + " has" : String.join(", ", neededBy) + " have",
        options.dropUnread()
            ? "it is dropped all the same, as configured"
            : "it is kept until then; see './iworx log' and './iworx subscriptions'");
  }

  /** Stops after what is being done, within a moment. */
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(FAREWELL);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
