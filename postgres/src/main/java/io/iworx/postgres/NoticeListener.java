package io.iworx.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears on a connection of its own that another process has published. Notices are a courtesy: what
 * is lost, or never sent by those who insert by hand, polling finds.
 */
final class NoticeListener implements AutoCloseable {
  static final String CHANNEL = "iworx_domain_events";

  /** The text of a notice that only asks whether notices are heard. */
  static final String HELLO = "hello";

  private static final Logger LOG = LoggerFactory.getLogger(NoticeListener.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
  private static final Duration GOODBYE = Duration.ofSeconds(1);

  private final DataSource dataSource;
  private final Runnable heard;
  private final Runnable sayHello;
  private volatile boolean hears;
  private volatile @Nullable Thread thread;
  private volatile boolean closed;

  /**
   * @param heard called for each notice, or several
   * @param sayHello has a notice sent, from another connection, which should be heard here
   */
  NoticeListener(DataSource dataSource, Runnable heard, Runnable sayHello) {
    this.dataSource = dataSource;
    this.heard = heard;
    this.sayHello = sayHello;
  }

  /**
   * Whether notices arrive: not while there is no connection, nor through a pooler that lends it to
   * others after each transaction.
   */
  boolean hears() {
    return hears;
  }

  /** No further rounds; the wait that is on goes on. */
  void stop() {
    closed = true;
  }

  void start() {
    thread = Thread.ofPlatform().daemon().name("iworx-event-log-notices").start(this::run);
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
          hears = false;
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
      // What was published while nobody listened; and it says whether anything is heard.
      heard.run();
      sayHello.run();
      PGConnection notices = connection.unwrap(PGConnection.class);
      boolean tried = true;
      while (!closed) {
        PGNotification[] heardNow =
            notices.getNotifications((int) (tried ? ANSWER : PATIENCE).toMillis());
        if (heardNow.length > 0) {
          hears = true;
          tried = false;
          if (!Arrays.stream(heardNow).allMatch(it -> it.getParameter().equals(HELLO))) {
            heard.run();
          }
        } else {
          hears &= !tried;
          statement.execute("SELECT 1"); // says whether the connection is still one
          sayHello.run();
          tried = true;
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
