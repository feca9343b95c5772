package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Positions;
import io.iworx.eventbus.spi.Slice;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Counts what readers lose, repeat or mix up in a storm of publishers. */
@ParameterizedClass
@EnumSource(TestServer.class)
class CommitSafeReadingIT {
  private static final Duration STORM = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int LIMIT = 100;

  private final TestServer server;
  @RegisterExtension final TestDatabase database;
  private final AtomicBoolean stormOver = new AtomicBoolean();

  CommitSafeReadingIT(TestServer server) {
    this.server = server;
    this.database = TestDatabase.migrated(server);
  }

  /** One way to read on from a position. */
  private interface Reader {
    Slice next(Checkpoint from) throws Exception;
  }

  @Test
  void losesNothingWhereANaiveReaderDoes() throws Exception {
    long seed = System.nanoTime();
    System.out.println("Publisher storm on " + server + ", seed " + seed);
    try (ConnectionPool other = database.openPool(10);
        ConnectionPool third = database.openPool(10);
        PostgresEventLog log = PostgresEventLog.create(database.pool());
        PostgresEventLog elsewhere = PostgresEventLog.create(other);
        PostgresEventLog deaf =
            PostgresEventLog.create(third, PostgresEventLogOptions.defaults().withNotices(false));
        ConnectionPool fourth = database.openPool(10);
        Restarting restarting = new Restarting(fourth, new Random(seed));
        PostgresEventLog slow = PostgresEventLog.create(fourth);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      PublisherStorm storm = new PublisherStorm(database, log, seed);
      List<Future<ReaderTally>> readers =
          List.of(
              threads.submit(() -> follow("here", storm, waiting(log))),
              threads.submit(() -> follow("beside it", storm, waiting(log))),
              threads.submit(() -> follow("elsewhere", storm, waiting(elsewhere))),
              threads.submit(() -> follow("polling", storm, waiting(deaf))),
              threads.submit(() -> follow("restarting", storm, restarting)),
              threads.submit(() -> follow("late", storm, behind(slow, storm))),
              threads.submit(() -> follow("late, too", storm, behind(slow, storm))));
      Future<ReaderTally> naive = threads.submit(() -> follow("naive", storm, this::naive));
      storm.run(STORM);
      stormOver.set(true);

      for (Future<ReaderTally> reader : readers) {
        ReaderTally.Verdict verdict = reader.get().against(storm.committed());
        System.out.println(verdict);
        assertThat(verdict.isRight()).as("%s, seed %d", verdict, seed).isTrue();
      }
      ReaderTally.Verdict planted = naive.get().against(storm.committed());
      System.out.println(planted);
      assertThat(planted.lost()).as("the harness sees a reader that loses").isPositive();
      System.out.println("Restarted " + restarting.restarts + " times");
    }
  }

  /** Reads until everything committed was seen, or too long after the storm. */
  private ReaderTally follow(String name, PublisherStorm storm, Reader reader) throws Exception {
    ReaderTally tally = new ReaderTally(name);
    Checkpoint position = Checkpoint.BEGINNING;
    long end = Long.MAX_VALUE;
    while (System.nanoTime() < end) {
      boolean over = stormOver.get();
      Slice slice = reader.next(position);
      slice.entries().forEach(tally::take);
      position = slice.upTo();
      if (over) {
        if (end == Long.MAX_VALUE) {
          end = System.nanoTime() + PATIENCE.toNanos();
        }
        if (slice.entries().isEmpty()
            && (name.equals("naive") || tally.count() >= storm.committed().size())) {
          break;
        }
      }
    }
    return tally;
  }

  private static Reader waiting(PostgresEventLog log) {
    return from -> {
      Slice slice = log.read(from, LIMIT);
      if (slice.entries().isEmpty()) {
        log.awaitBeyond(slice.upTo(), Duration.ofMillis(100));
      }
      return slice;
    };
  }

  /** Begins when much is there already, and takes little at a time. */
  private Reader behind(PostgresEventLog log, PublisherStorm storm) {
    return from -> {
      if (from.position() == 0) {
        Awaitility.await().until(() -> stormOver.get() || storm.committed().size() > 1_000);
      }
      Slice slice = log.read(from, 7);
      if (slice.entries().isEmpty()) {
        log.awaitBeyond(slice.upTo(), Duration.ofMillis(100));
      }
      return slice;
    };
  }

  /** A process that ends again and again, and the next goes on from what is stored. */
  private static final class Restarting implements Reader, AutoCloseable {
    private final ConnectionPool pool;
    private final Random random;
    private @Nullable PostgresEventLog log;
    private long position;
    private String pending = Positions.none().toString();
    private int restarts;

    private Restarting(ConnectionPool pool, Random random) {
      this.pool = pool;
      this.random = random;
    }

    @Override
    public Slice next(Checkpoint from) throws Exception {
      if (log == null || random.nextInt(50) == 0) {
        close();
        log = PostgresEventLog.create(pool);
        restarts++;
      }
      Checkpoint stored = new Checkpoint(position, Positions.parse(pending));
      Slice slice = log.read(stored, LIMIT);
      position = slice.upTo().position();
      pending = slice.upTo().pending().toString();
      if (slice.entries().isEmpty()) {
        log.awaitBeyond(slice.upTo(), Duration.ofMillis(20));
      }
      return slice;
    }

    @Override
    public void close() {
      if (log != null) {
        log.close();
      }
    }
  }

  /** The planted fault: goes on after the last row it saw. */
  private Slice naive(Checkpoint from) throws SQLException {
    try (Connection connection = database.pool().getConnection()) {
      List<LogEntry> rows = LogReader.rows(connection, from.position(), Long.MAX_VALUE, LIMIT);
      return new Slice(
          rows, rows.isEmpty() ? from : Checkpoint.at(rows.getLast().position()), Long.MAX_VALUE);
    }
  }
}
