package io.iworx.torture;

import io.iworx.postgres.embedded.EmbeddedPostgres;
import io.iworx.postgres.embedded.EmbeddedPostgresOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The PostgreSQL server of a run, which can be stopped at once, and the wires that lead to it. */
final class Server implements AutoCloseable {
  private static final Duration END = Duration.ofSeconds(20);

  /** What is acknowledged without being flushed stays unflushed long enough to be lost. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "max_prepared_transactions", "20", "wal_writer_delay", "10s", "wal_keep_size", "512MB");

  private Path folder;
  private final EmbeddedPostgresOptions options;
  private volatile EmbeddedPostgres running;
  private final Wire publishersWire;
  private final Wire subscribersWire;

  private Server(
      Path folder,
      EmbeddedPostgresOptions options,
      EmbeddedPostgres running,
      Wire publishersWire,
      Wire subscribersWire) {
    this.folder = folder;
    this.options = options;
    this.running = running;
    this.publishersWire = publishersWire;
    this.subscribersWire = subscribersWire;
  }

  static Server start(Path folder, @Nullable Path binaries) throws IOException {
    var options = EmbeddedPostgresOptions.defaults().withSettings(SETTINGS);
    var chosen = binaries == null ? options : options.withBinaries(binaries);
    var running = EmbeddedPostgres.start(folder, chosen);
    return new Server(folder, chosen, running, Wire.to(running.port()), Wire.to(running.port()));
  }

  String user() {
    return running.user();
  }

  String password() {
    return running.password();
  }

  int port() {
    return running.port();
  }

  Wire publishersWire() {
    return publishersWire;
  }

  Wire subscribersWire() {
    return subscribersWire;
  }

  /** A database by way of a wire. */
  String jdbcUrl(String database, int port) {
    return running.jdbcUrl(database).replace(":" + running.port() + "/", ":" + port + "/");
  }

  /** Straight to the server. */
  String jdbcUrl(String database) {
    return running.jdbcUrl(database);
  }

  Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(jdbcUrl(database), user(), password());
  }

  void create(String database) throws SQLException {
    administer("CREATE DATABASE " + database);
  }

  void drop(String database) throws SQLException {
    administer("DROP DATABASE " + database + " WITH (FORCE)");
  }

  private void administer(String sql) throws SQLException {
    try (var connection = DriverManager.getConnection(running.jdbcUrl(), user(), password());
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /**
   * What {@code pg_ctl stop -m immediate} does: no checkpoint, recovery at the next start, which
   * follows.
   */
  void stopAtOnce() throws IOException, InterruptedException {
    end();
    running.close();
    running = EmbeddedPostgres.start(folder, options);
    lead();
  }

  private void lead() {
    publishersWire.leadTo(running.port());
    subscribersWire.leadTo(running.port());
  }

  /** A server that follows this one, in a folder beside it. */
  Standby standby() throws IOException, SQLException, InterruptedException {
    return Standby.of(running, folder, nextFolder(), options);
  }

  private Path nextFolder() {
    return folder.resolveSibling(folder.getFileName() + "-next");
  }

  /**
   * The server ends, at once, and the standby takes its place; nobody reaches the old one again.
   */
  void giveWayTo(Standby standby) throws IOException, SQLException, InterruptedException {
    running.close();
    running = standby.promote();
    folder = nextFolder();
    lead();
  }

  /** Ends the server as a crash does, without a checkpoint. */
  void end() throws IOException, InterruptedException {
    var file = folder.resolve("cluster").resolve("postmaster.pid");
    var pid = Files.readAllLines(file).getFirst().strip();
    new ProcessBuilder("kill", "-QUIT", pid).start().waitFor();
    var deadline = System.nanoTime() + END.toNanos();
    while (accepts(running.port())) {
      if (System.nanoTime() > deadline) {
        throw new TortureException("PostgreSQL (process " + pid + ") does not stop.", null);
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private static boolean accepts(int port) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    publishersWire.close();
    subscribersWire.close();
    running.close();
  }
}
