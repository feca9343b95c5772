package io.iworx.postgres.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.postgresql.ds.PGSimpleDataSource;

/** One run of PostgreSQL on a data folder. */
final class Server {
  private static final int PORT_ATTEMPTS = 3;
  private static final String NO_SUCH_DATABASE = "3D000";

  private final DataFolder folder;
  private final Keeper keeper;
  private final int port;
  private final CountDownLatch gone = new CountDownLatch(1);

  private Server(DataFolder folder, Keeper keeper, int port) {
    this.folder = folder;
    this.keeper = keeper;
    this.port = port;
    keeper.whenGone(gone::countDown);
  }

  int port() {
    return port;
  }

  static Server start(DataFolder folder, String password, EmbeddedPostgresOptions options)
      throws IOException, InterruptedException {
    if (options.port() != 0) {
      requireFree(options.port());
    }
    RunAs runAs = RunAs.in(folder.root());
    Path binaries = binaries(runAs, options);
    Cluster cluster = new Cluster(folder, binaries, runAs);
    if (runAs.isOtherUser()) {
      folder.noteHandedOver();
      runAs.handOver(folder.root());
    }
    if (cluster.exists()) {
      cluster.requireVersion();
      Postmaster.endLeftover(folder.cluster());
    } else {
      options.progress().accept("Preparing a new PostgreSQL in " + folder.root() + " (once)");
      cluster.create();
    }
    return serve(folder, cluster, password, options);
  }

  private static Path binaries(RunAs runAs, EmbeddedPostgresOptions options) {
    if (options.binaries() != null) {
      return options.binaries();
    }
    Path cache = runAs.isOtherUser() ? Binaries.temporaryCache() : Binaries.userCache();
    return new Binaries(cache, options.progress()).folder();
  }

  private static Server serve(
      DataFolder folder, Cluster cluster, String password, EmbeddedPostgresOptions options)
      throws IOException, InterruptedException {
    // A free port may be taken by somebody else before PostgreSQL has it.
    int attempts = options.port() == 0 ? PORT_ATTEMPTS : 1;
    while (true) {
      int port = options.port() == 0 ? freePort() : options.port();
      Path log = folder.log();
      long logStart = Files.exists(log) ? Files.size(log) : 0;
      Optional<Postmaster> earlier = Postmaster.of(folder.cluster());
      Keeper keeper = Keeper.start(cluster.serve(port, options.settings()), log);
      Server server = new Server(folder, keeper, port);
      try {
        if (server.awaitReady(earlier, options)) {
          server.ensureDatabase(password);
          return server;
        }
      } catch (IOException | InterruptedException | RuntimeException e) {
        server.stop();
        throw e;
      }
      server.stop();
      attempts--;
      String said = tail(log, logStart);
      if (attempts == 0 || !said.contains("could not bind")) {
        throw new EmbeddedPostgresException(
            "PostgreSQL does not start on " + folder.root() + "; it said: " + said);
      }
    }
  }

  /** False when PostgreSQL ended instead. A file that a crash left behind does not count. */
  private boolean awaitReady(Optional<Postmaster> earlier, EmbeddedPostgresOptions options)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + options.startTimeout().toNanos();
    while (gone.getCount() > 0) {
      Optional<Postmaster> postmaster = Postmaster.of(folder.cluster());
      if (postmaster.filter(Postmaster::ready).isPresent()
          && earlier.filter(postmaster.get()::isSameRunAs).isEmpty()) {
        return true;
      }
      if (System.nanoTime() > deadline) {
        throw new EmbeddedPostgresException(
            "PostgreSQL on "
                + folder.root()
                + " was not ready after "
                + options.startTimeout().toSeconds()
                + " s; its log is "
                + folder.log()
                + ".");
      }
      Thread.sleep(10);
    }
    return false;
  }

  private void ensureDatabase(String password) {
    PGSimpleDataSource source = source(password);
    try {
      source.getConnection().close();
    } catch (SQLException e) {
      if (!NO_SUCH_DATABASE.equals(e.getSQLState())) {
        throw new EmbeddedPostgresException(
            "PostgreSQL on " + folder.root() + " refuses its own user: " + e.getMessage(), e);
      }
      source.setDatabaseName("postgres");
      try (Connection connection = source.getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE DATABASE iworx");
      } catch (SQLException failure) {
        throw new EmbeddedPostgresException(
            "PostgreSQL on " + folder.root() + " cannot create its database.", failure);
      }
    }
  }

  private PGSimpleDataSource source(String password) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setServerNames(new String[] {"127.0.0.1"});
    source.setPortNumbers(new int[] {port});
    source.setDatabaseName("iworx");
    source.setUser(Cluster.USER);
    source.setPassword(password);
    return source;
  }

  void stop() {
    keeper.stop();
  }

  private static void requireFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException e) {
      throw new EmbeddedPostgresException(
          "Port " + port + " on 127.0.0.1 is taken: choose another for PostgreSQL, or 0 for any.",
          e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String tail(Path log, long from) throws IOException {
    byte[] bytes = Files.readAllBytes(log);
    int start = (int) Math.min(from, bytes.length);
    String text = new String(bytes, start, bytes.length - start, StandardCharsets.UTF_8);
    List<String> errors =
        text.lines().filter(line -> line.contains("FATAL") || line.contains("ERROR")).toList();
    return String.join(" ", errors.isEmpty() ? text.lines().toList() : errors);
  }
}
