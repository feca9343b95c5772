package io.iworx.postgres.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A PostgreSQL server of this process's own, on 127.0.0.1, with its data in a folder.
 *
 * <p>It is as durable as any: {@code fsync} and {@code synchronous_commit} are on. It stops with
 * {@link #close()}, and within five seconds when this process is killed. Safe for any thread.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  private static final String DATABASE = "iworx";

  private final DataFolder folder;
  private final Server server;
  private final String password;

  private EmbeddedPostgres(DataFolder folder, Server server, String password) {
    this.folder = folder;
    this.server = server;
    this.password = password;
  }

  /** Starts on a free port; see {@link #start(Path, EmbeddedPostgresOptions)}. */
  public static EmbeddedPostgres start(Path dataDir) {
    return start(dataDir, EmbeddedPostgresOptions.defaults());
  }

  /**
   * Starts a server on the data in the folder, which is made when it is missing, and returns when
   * it accepts connections. A server that a killed process left behind is stopped first.
   *
   * @throws EmbeddedPostgresException when it cannot: the folder belongs to another user or is in
   *     use, the port is taken, this system forbids it
   */
  public static EmbeddedPostgres start(Path dataDir, EmbeddedPostgresOptions options) {
    DataFolder folder = DataFolder.take(dataDir);
    try {
      String password = folder.password();
      Server server = Server.start(folder, password, options);
      return new EmbeddedPostgres(folder, server, password);
    } catch (IOException e) {
      release(folder);
      throw new EmbeddedPostgresException(
          "The data folder " + dataDir + " cannot be used: " + e.getMessage() + ".", e);
    } catch (InterruptedException e) {
      release(folder);
      Thread.currentThread().interrupt();
      throw new EmbeddedPostgresException("Interrupted while PostgreSQL was starting.", e);
    } catch (RuntimeException e) {
      release(folder);
      throw e;
    }
  }

  private static void release(DataFolder folder) {
    try {
      folder.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The port on 127.0.0.1. */
  public int port() {
    return server.port();
  }

  /** The JDBC URL of the database, without user and password. */
  public String jdbcUrl() {
    return jdbcUrl(DATABASE);
  }

  /** The JDBC URL of another database of this server, without user and password. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database;
  }

  /** The user, who may do anything in this server. */
  public String user() {
    return Cluster.USER;
  }

  /** The user's password; also in the file {@code password} of the data folder. */
  public String password() {
    return password;
  }

  /** A URL for {@code psql}. It holds the password: for the terminal of its owner, for no log. */
  public String url() {
    return "postgresql://" + user() + ":" + password + "@127.0.0.1:" + port() + "/" + DATABASE;
  }

  /** Stops the server (a fast shutdown: open transactions are rolled back) and waits for it. */
  @Override
  public void close() {
    server.stop();
    release(folder);
  }
}
