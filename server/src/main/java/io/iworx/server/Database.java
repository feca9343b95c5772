package io.iworx.server;

import io.iworx.postgres.ConnectionPool;
import io.iworx.postgres.MigrationException;
import io.iworx.postgres.Migrations;
import io.iworx.postgres.embedded.EmbeddedPostgres;
import io.iworx.postgres.embedded.EmbeddedPostgresException;
import io.iworx.postgres.embedded.EmbeddedPostgresOptions;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The platform's database, migrated and open.
 *
 * @param pool connections to it
 * @param psqlUrl what its owner gives to {@code psql}; may hold a password
 * @param embedded whether this process runs it
 */
record Database(ConnectionPool pool, String psqlUrl, boolean embedded) {
  private static final int CONNECTIONS = 24;
  private static final String FOLDER = "postgres";

  /** Opens the one at the URL, or starts one of its own in the folder. */
  static Database open(@Nullable String url, Path folder, Parts parts, Consumer<String> progress) {
    return url == null
        ? startEmbedded(folder, parts, progress)
        : connect(DatabaseAddress.parse(url), parts, progress);
  }

  private static Database startEmbedded(Path folder, Parts parts, Consumer<String> progress) {
    progress.accept("starting PostgreSQL");
    try {
      var options = EmbeddedPostgresOptions.defaults().withProgress(progress);
      var postgres =
          parts.add("PostgreSQL", EmbeddedPostgres.start(folder.resolve(FOLDER), options));
      var address = new DatabaseAddress(postgres.jdbcUrl(), postgres.user(), postgres.password());
      return migrated(address, postgres.url(), true, parts);
    } catch (EmbeddedPostgresException e) {
      throw CommandException.unusable(sentence(e), e);
    }
  }

  private static Database connect(DatabaseAddress address, Parts parts, Consumer<String> progress) {
    progress.accept("connecting to the database");
    try (var _ = address.connect()) {
      return migrated(address, address.psqlUrl(), false, parts);
    } catch (SQLException e) {
      throw CommandException.unusable(
          "The database %s cannot be reached: %s"
              .formatted(address, sentence(e).lines().findFirst().orElse("")),
          e);
    }
  }

  private static Database migrated(
      DatabaseAddress address, String psqlUrl, boolean embedded, Parts parts) {
    var pool =
        parts.add(
            "The connection pool",
            ConnectionPool.open(
                address.jdbcUrl(), address.user(), address.password(), CONNECTIONS));
    try {
      Migrations.migrate(pool);
    } catch (MigrationException e) {
      throw CommandException.unusable(sentence(e), e);
    }
    return new Database(pool, psqlUrl, embedded);
  }

  private static String sentence(Exception e) {
    return Objects.requireNonNullElse(e.getMessage(), e.toString());
  }

  /** Without the URL. */
  @Override
  public String toString() {
    return embedded ? "Database[embedded]" : "Database[external]";
  }
}
