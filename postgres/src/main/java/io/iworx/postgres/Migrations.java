package io.iworx.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;

/**
 * Brings a database to the schema this version needs, from an empty one or from one that has the
 * platform's {@code domain_events} table with rows.
 *
 * <p>Several processes may do it at once: one migrates, the others wait. What each migration locks,
 * and how long it takes on a large table, is written at the head of its file.
 */
public final class Migrations {
  private static final String HISTORY_TABLE = "iworx_schema_history";
  private static final String LOCATION = "classpath:io/iworx/postgres/migrations";

  /** The letters iWorX. */
  private static final long LOCK = 0x69_57_6f_72_58L;

  /** So that those who wait in this process hold no connection that the one at work needs. */
  private static final ReentrantLock IN_PROCESS = new ReentrantLock();

  private Migrations() {}

  /**
   * Migrates the schema that connections of the data source use by default.
   *
   * @param dataSource gives three connections at once: one holds the turn, two are Flyway's
   * @throws MigrationException when the database was migrated by a newer version, cannot be
   *     reached, or refuses a step; every finished step stays, the failed one leaves nothing
   */
  public static void migrate(DataSource dataSource) {
    try {
      Flyway flyway =
          Flyway.configure(Migrations.class.getClassLoader())
              .dataSource(dataSource)
              .locations(LOCATION)
              .table(HISTORY_TABLE)
              // A schema that has other tables, such as the platform's own, is a fine start.
              .baselineOnMigrate(true)
              .baselineVersion("0")
              .placeholderReplacement(false)
              .cleanDisabled(true)
              .load();
      alone(
          dataSource,
          () -> {
            refuseNewer(flyway);
            flyway.migrate();
          });
    } catch (FlywayException | SQLException e) {
      throw new MigrationException("The database could not be migrated: " + firstLine(e) + ".", e);
    }
  }

  /**
   * Flyway's own lock comes after it has made and baselined its history table, which two instances
   * that start at once on an empty database do at the same time, and one of them fails.
   */
  private static void alone(DataSource dataSource, Runnable work) throws SQLException {
    IN_PROCESS.lock();
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute("SELECT pg_advisory_xact_lock(" + LOCK + ")");
        work.run();
      } finally {
        connection.rollback(); // lets the lock go; nothing was written here
        connection.setAutoCommit(true);
      }
    } finally {
      IN_PROCESS.unlock();
    }
  }

  private static void refuseNewer(Flyway flyway) {
    MigrationInfo[] all = flyway.info().all();
    Optional<MigrationVersion> known =
        newest(Arrays.stream(all).filter(info -> info.getState().isResolved()));
    Optional<MigrationVersion> found =
        newest(Arrays.stream(all).filter(info -> info.getState().isApplied()));
    if (known.isPresent() && found.isPresent() && found.get().isNewerThan(known.get())) {
      throw new MigrationException(
          "The database has schema version "
              + found.get()
              + ", made by a newer iWorX; this one knows schema version "
              + known.get()
              + ": start the newer iWorX, or use another database.");
    }
  }

  private static Optional<MigrationVersion> newest(
      java.util.stream.Stream<MigrationInfo> migrations) {
    return migrations
        .map(MigrationInfo::getVersion)
        .filter(java.util.Objects::nonNull)
        .max(Comparator.naturalOrder());
  }

  private static String firstLine(Exception e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage();
    return message == null ? root.toString() : message.lines().findFirst().orElse("");
  }
}
