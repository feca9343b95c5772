package io.iworx.eventbus.spi;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Remembers, in the database of a handler, which events that handler is done with. Not the log's
 * database, or not by need. Implementations are safe for any thread.
 */
@FunctionalInterface
public interface Inbox {

  /**
   * Notes in the transaction of the connection that a subscription handles an event; the note
   * commits or goes with it. Waits while another transaction has noted the same and has not ended.
   *
   * @return false when it was noted before
   * @throws io.iworx.eventbus.EventException when the database is not prepared for it
   * @throws SQLException when the database refuses, or a serializable transaction has to be tried
   *     again
   */
  boolean add(Connection connection, String subscription, String eventId) throws SQLException;
}
