package io.iworx.benchmarks;

import io.iworx.postgres.embedded.EmbeddedPostgres;
import io.iworx.postgres.embedded.EmbeddedPostgresOptions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/** A PostgreSQL server with its defaults, and a fresh database on it for each run. */
final class Databases implements AutoCloseable {
  /** For counting statements; nothing whose time is measured runs on such a server. */
  static final Map<String, String> COUNTING =
      Map.of("shared_preload_libraries", "pg_stat_statements");

  private final EmbeddedPostgres server;
  private final long postmaster;
  private int count;

  private Databases(EmbeddedPostgres server, long postmaster) {
    this.server = server;
    this.postmaster = postmaster;
  }

  static Databases start(Path folder, Map<String, String> settings) throws SQLException {
    EmbeddedPostgres server =
        EmbeddedPostgres.start(folder, EmbeddedPostgresOptions.defaults().withSettings(settings));
    try {
      return new Databases(server, postmaster(server));
    } catch (SQLException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** The parent of a backend. */
  private static long postmaster(EmbeddedPostgres server) throws SQLException {
    try (Connection connection = connect(server);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
      row.next();
      return ProcessHandle.of(row.getLong(1)).flatMap(ProcessHandle::parent).orElseThrow().pid();
    }
  }

  long postmaster() {
    return postmaster;
  }

  String user() {
    return server.user();
  }

  String password() {
    return server.password();
  }

  int port() {
    return server.port();
  }

  /** A fresh database; what earlier runs left to write is written before it is given out. */
  String create() throws SQLException {
    count++;
    String name = "bench_" + count;
    execute("CREATE DATABASE " + name);
    execute("CHECKPOINT");
    return name;
  }

  String jdbcUrl(String database) {
    return server.jdbcUrl(database);
  }

  void drop(String name) throws SQLException {
    execute("DROP DATABASE " + name + " WITH (FORCE)");
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = connect(server);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static Connection connect(EmbeddedPostgres server) throws SQLException {
    return DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
  }

  @Override
  public void close() {
    server.close();
  }
}
