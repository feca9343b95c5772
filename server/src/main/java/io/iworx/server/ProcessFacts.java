package io.iworx.server;

import io.iworx.console.Finding;
import io.iworx.trace.TraceRecorder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** What the doctor finds about this process: its database, its disk, its Java. */
final class ProcessFacts implements Supplier<List<Finding>> {
  private static final long LOW_DISK_MB = 1024;
  private static final long MB = 1024L * 1024;

  private final Path folder;
  private final DataSource database;
  private final TraceRecorder recorder;

  ProcessFacts(Path folder, DataSource database, TraceRecorder recorder) {
    this.folder = folder;
    this.database = database;
    this.recorder = recorder;
  }

  @Override
  public List<Finding> get() {
    var findings = new ArrayList<Finding>();
    findings.add(java());
    findings.add(disk(folder));
    findings.addAll(database());
    findings.add(
        recorder.dropped() == 0
            ? Finding.good("traces", "Everything is recorded.")
            : Finding.bad(
                "traces",
                recorder.dropped() + " entries were dropped since the start.",
                "The database was slower than the traffic: traces have gaps, requests are not affected."));
    return findings;
  }

  /** Which Java runs this. */
  static Finding java() {
    return Finding.good(
        "java", "Java %s (%s).".formatted(Runtime.version(), System.getProperty("java.vendor")));
  }

  /** How much room the data folder has. */
  static Finding disk(Path folder) {
    try {
      var free = Files.getFileStore(folder).getUsableSpace() / MB;
      var says = "%,d MB free for %s.".formatted(free, folder);
      return free >= LOW_DISK_MB
          ? Finding.good("disk", says)
          : Finding.bad(
              "disk", says, "Make room: a full disk stops the database, and publishing with it.");
    } catch (IOException e) {
      return Finding.bad(
          "disk",
          "The folder %s cannot be looked at: %s".formatted(folder, e.getMessage()),
          "Name the instance's folder with --data.");
    }
  }

  private List<Finding> database() {
    try (var connection = database.getConnection()) {
      var findings = new ArrayList<Finding>();
      findings.add(
          Finding.good(
              "database", "PostgreSQL %s answers.".formatted(shown(connection, "server_version"))));
      findings.add(setting(connection, "fsync"));
      findings.add(setting(connection, "synchronous_commit"));
      findings.add(migrations(connection));
      findings.addAll(DatabaseFacts.of(database));
      return findings;
    } catch (SQLException e) {
      return List.of(
          Finding.bad(
              "database",
              "The database does not answer: " + e.getMessage(),
              "Start it again; the services wait and go on where they were."));
    }
  }

  private static Finding setting(Connection connection, String name) throws SQLException {
    var value = shown(connection, name);
    return value.equals("off")
        ? Finding.bad(
            name,
            name + " is off: a crash can lose events that were acknowledged.",
            "Set %s = on in postgresql.conf and reload.".formatted(name))
        : Finding.good(name, name + " is " + value + ".");
  }

  private static Finding migrations(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT max(version), count(*) FILTER (WHERE NOT success) FROM iworx_schema_history")) {
      rows.next();
      return rows.getLong(2) == 0
          ? Finding.good("schema", "The schema is at version " + rows.getString(1) + ".")
          : Finding.bad(
              "schema",
              "A migration failed and was not repeated.",
              "Restart the instance; its first line says what is in the way.");
    }
  }

  private static String shown(Connection connection, String setting) throws SQLException {
    try (var statement = connection.prepareStatement("SELECT current_setting(?)")) {
      statement.setString(1, setting);
      try (var rows = statement.executeQuery()) {
        rows.next();
        return rows.getString(1);
      }
    }
  }
}
