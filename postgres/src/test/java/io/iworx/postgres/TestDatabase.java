package io.iworx.postgres;

import io.iworx.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A fresh database for each test, on the shared server. */
final class TestDatabase implements BeforeEachCallback, AfterEachCallback {
  private static final AtomicInteger COUNT = new AtomicInteger();

  /** Servers that have a migrated database to copy; migrating each anew takes half a second. */
  private static final Set<EmbeddedPostgres> PREPARED = ConcurrentHashMap.newKeySet();

  private static final String TEMPLATE = "migrated_template";
  private static final int CONNECTIONS = 40;

  private final TestServer which;
  private final boolean migrated;
  private @Nullable EmbeddedPostgres server;
  private @Nullable ConnectionPool pool;
  private String name = "";

  private TestDatabase(TestServer which, boolean migrated) {
    this.which = which;
    this.migrated = migrated;
  }

  static TestDatabase migrated(TestServer which) {
    return new TestDatabase(which, true);
  }

  static TestDatabase empty(TestServer which) {
    return new TestDatabase(which, false);
  }

  @Override
  public void beforeEach(ExtensionContext context) throws SQLException {
    server = which.in(context);
    if (migrated && !PREPARED.contains(server)) {
      name = TEMPLATE;
      administer("DROP DATABASE IF EXISTS " + name);
      administer("CREATE DATABASE " + name);
      try (ConnectionPool preparing = openPool(3)) {
        Migrations.migrate(preparing);
      }
      PREPARED.add(server);
    }
    name = "test_" + COUNT.incrementAndGet();
    administer("CREATE DATABASE " + name + (migrated ? " TEMPLATE " + TEMPLATE : ""));
    pool = openPool(CONNECTIONS);
  }

  @Override
  public void afterEach(ExtensionContext context) throws SQLException {
    if (pool != null) {
      pool.close();
      pool = null;
      administer("DROP DATABASE " + name + " WITH (FORCE)");
    }
  }

  private EmbeddedPostgres server() {
    if (server == null) {
      throw new IllegalStateException("the server was not started");
    }
    return server;
  }

  ConnectionPool pool() {
    if (pool == null) {
      throw new IllegalStateException("there is a database during a test only");
    }
    return pool;
  }

  /** Another process, as it were. */
  ConnectionPool openPool(int size) {
    EmbeddedPostgres running = server();
    return ConnectionPool.open(running.jdbcUrl(name), running.user(), running.password(), size);
  }

  String name() {
    return name;
  }

  int port() {
    return server().port();
  }

  String user() {
    return server().user();
  }

  String password() {
    return server().password();
  }

  /** The same database by way of another port. */
  ConnectionPool openPoolThrough(int port, int size) {
    EmbeddedPostgres running = server();
    String url = running.jdbcUrl(name).replace(":" + running.port() + "/", ":" + port + "/");
    return ConnectionPool.open(url, running.user(), running.password(), size);
  }

  /** A connection outside every pool. */
  Connection connect() throws SQLException {
    EmbeddedPostgres running = server();
    return DriverManager.getConnection(running.jdbcUrl(name), running.user(), running.password());
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = pool().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The first column of a query, as text. */
  List<@Nullable String> query(String sql) throws SQLException {
    List<@Nullable String> values = new ArrayList<>();
    try (Connection connection = pool().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        values.add(row.getString(1));
      }
    }
    return values;
  }

  private void administer(String sql) throws SQLException {
    EmbeddedPostgres running = server();
    try (Connection connection =
            DriverManager.getConnection(running.jdbcUrl(), running.user(), running.password());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
