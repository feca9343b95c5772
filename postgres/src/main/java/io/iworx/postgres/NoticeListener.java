package io.iworx.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears on a connection of its own that another process has published. Notices are a courtesy: what
 * is lost, or never sent by those who insert by hand, polling finds.
 */
final class NoticeListener implements AutoCloseable {
  static final String CHANNEL = "iworx_domain_events";

  private static final Logger LOG = LoggerFactory.getLogger(NoticeListener.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
  private static final Duration GOODBYE = Duration.ofSeconds(1);

  private final DataSource dataSource;
  private final Runnable heard;
  private volatile @Nullable Thread thread;
  private volatile boolean closed;

  NoticeListener(DataSource dataSource, Runnable heard) {
    this.dataSource = dataSource;
    this.heard = heard;
  }

  /** No further rounds; the wait that is on goes on. */
  void stop() {
    closed = true;
  }

  void start() {
    thread = Thread.ofVirtual().name("iworx-event-log-notices").start(this::run);
  }

  private void run() {
    try {
      while (!closed) {
        try (Connection connection = dataSource.getConnection()) {
          if (!connection.isWrapperFor(PGConnection.class)) {
            return;
          }
          listen(connection);
        } catch (SQLException e) {
          LOG.debug("[Event Bus] notices of other processes cannot be heard: {}", e.toString());
        }
        if (!closed) {
          Thread.sleep(AFTER_FAILURE);
        }
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private void listen(Connection connection) throws SQLException {
    connection.setAutoCommit(true);
    try (Statement statement = connection.createStatement()) {
      statement.execute("LISTEN " + CHANNEL);
      // What was published while nobody listened.
      heard.run();
      PGConnection notices = connection.unwrap(PGConnection.class);
      while (!closed) {
        if (notices.getNotifications((int) PATIENCE.toMillis()).length > 0) {
          heard.run();
        } else {
          statement.execute("SELECT 1"); // says whether the connection is still one
        }
      }
      // The pool gives the connection to others.
      statement.execute("UNLISTEN *");
    }
  }

  /** Ends with the next notice, which the caller sends, so that the connection stays whole. */
  @Override
  public void close() {
    closed = true;
    Thread listening = thread;
    if (listening == null) {
      return;
    }
    try {
      if (!listening.join(GOODBYE)) {
        listening.interrupt();
      }
    } catch (InterruptedException e) {
      listening.interrupt();
      Thread.currentThread().interrupt();
    }
  }
}
