package io.iworx.torture;

import io.iworx.postgres.embedded.EmbeddedPostgres;
import io.iworx.postgres.embedded.EmbeddedPostgresOptions;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A server that follows another and may take its place: begun from a copy of its files, as {@code
 * pg_basebackup} makes one, which does not come along.
 */
final class Standby {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What a running server has for itself, by the name in its cluster. */
  private static final Set<String> ITS_OWN_FILES =
      Set.of("postmaster.pid", "postmaster.opts", "postgresql.auto.conf");

  private static final Set<String> ITS_OWN_FOLDERS =
      Set.of(
          "pg_wal",
          "pg_replslot",
          "pg_dynshmem",
          "pg_notify",
          "pg_serial",
          "pg_snapshots",
          "pg_stat_tmp",
          "pg_subtrans");

  private static final String FOLLOWING =
      "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'";
  private static final String SYNCHRONOUS =
      "SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')";

  private final EmbeddedPostgres primary;
  private final Wire wire;
  private final EmbeddedPostgres server;

  private Standby(EmbeddedPostgres primary, Wire wire, EmbeddedPostgres server) {
    this.primary = primary;
    this.wire = wire;
    this.server = server;
  }

  /** Copies the primary and follows it; returns when it does. */
  static Standby of(
      EmbeddedPostgres primary, Path from, Path folder, EmbeddedPostgresOptions options)
      throws IOException, SQLException, InterruptedException {
    var wire = Wire.to(primary.port());
    copy(primary, from, folder, wire.port());
    var standby = new Standby(primary, wire, EmbeddedPostgres.start(folder, options));
    await(primary, FOLLOWING);
    return standby;
  }

  private static void copy(EmbeddedPostgres primary, Path from, Path folder, int port)
      throws IOException, SQLException {
    Files.createDirectories(folder);
    Files.copy(
        from.resolve("password"), folder.resolve("password"), StandardCopyOption.COPY_ATTRIBUTES);
    var cluster = folder.resolve("cluster");
    try (var connection = connect(primary);
        var backup = connection.createStatement()) {
      backup.execute("SELECT pg_backup_start('torture', true)");
      copyFiles(from.resolve("cluster"), cluster);
      try (var label = backup.executeQuery("SELECT labelfile FROM pg_backup_stop(false)")) {
        label.next();
        Files.writeString(cluster.resolve("backup_label"), label.getString(1));
      }
    }
    Files.createFile(cluster.resolve("standby.signal"));
    Files.writeString(
        cluster.resolve("postgresql.auto.conf"),
        "primary_conninfo = 'host=127.0.0.1 port=%d user=%s password=%s'%n"
            .formatted(port, primary.user(), primary.password()));
  }

  private static void copyFiles(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(
                folder, to.resolve(from.relativize(folder)), StandardCopyOption.COPY_ATTRIBUTES);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            var place = from.relativize(file);
            if (!ITS_OWN_FILES.contains(place.toString())
                && !ITS_OWN_FOLDERS.contains(place.getName(0).toString())) {
              copyFile(file, to.resolve(place));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE; // a table was dropped meanwhile
            }
            throw failure;
          }
        });
  }

  private static void copyFile(Path file, Path to) throws IOException {
    try {
      Files.copy(file, to, StandardCopyOption.COPY_ATTRIBUTES);
    } catch (NoSuchFileException e) {
      Files.deleteIfExists(to); // dropped meanwhile
    }
  }

  /** From now on the primary acknowledges no commit that the standby has not on disk. */
  void beSynchronous() throws SQLException, InterruptedException {
    try (var connection = connect(primary);
        var statement = connection.createStatement()) {
      statement.execute("ALTER SYSTEM SET synchronous_standby_names = '*'");
      statement.execute("SELECT pg_reload_conf()");
    }
    await(primary, SYNCHRONOUS);
  }

  /** Nothing of what the primary writes from now on comes here. */
  void lose() throws IOException {
    wire.sever();
  }

  /** Takes the primary's place, which must have ended. */
  EmbeddedPostgres promote() throws SQLException {
    try (var connection = connect(server);
        var statement = connection.createStatement()) {
      statement.execute("SELECT pg_promote(true, " + PATIENCE.toSeconds() + ")");
    }
    return server;
  }

  private static void await(EmbeddedPostgres server, String question)
      throws SQLException, InterruptedException {
    var deadline = System.nanoTime() + PATIENCE.toNanos();
    try (var connection = connect(server);
        var statement = connection.createStatement()) {
      while (true) {
        try (var row = statement.executeQuery(question)) {
          row.next();
          if (row.getInt(1) > 0) {
            return;
          }
        }
        if (System.nanoTime() > deadline) {
          throw new TortureException("The standby does not follow: " + question, null);
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  private static Connection connect(EmbeddedPostgres server) throws SQLException {
    return DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
  }
}
