package io.iworx.eventbus;

import io.iworx.eventbus.spi.Inbox;
import io.iworx.eventbus.spi.TransactionalWork;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to hand an event to a handler.
 *
 * @param subscription the subscription's name
 * @param eventId the event's id: pass it on as an idempotency key
 * @param position where the event stands in the log
 * @param attempt 1 for the first try
 * @param fence grows whenever the subscription changes hands: pass it on where a stale instance
 *     must be refused
 * @param inbox what {@link #once} remembers by; null where the log offers none
 */
public record Delivery(
    String subscription,
    String eventId,
    long position,
    int attempt,
    long fence,
    @Nullable Inbox inbox) {

  /**
   * Does work in a transaction of the handler's own database unless it was done for this event and
   * subscription before: with the event's id, noted in the same transaction, the work is once in
   * effect however often the event is delivered. The caller commits. Waits while another delivery
   * of the same event has an open transaction.
   *
   * <p>When the work throws, the whole transaction is rolled back, so that no part of it can be
   * committed by mistake, and the exception goes on to the caller.
   *
   * @param connection with a transaction begun, or about to: autocommit is off
   * @return whether the work was done now; false when it had been done before
   * @throws IllegalStateException when the connection is in autocommit mode, or the log of this
   *     delivery does not offer it
   * @throws EventException when the database lacks the table of the inbox
   * @throws Exception what the work throws
   */
  public boolean once(Connection connection, TransactionalWork work) throws Exception {
    if (inbox == null) {
      throw new IllegalStateException(
          "The event log of subscription "
              + subscription
              + " offers no inbox for a handler's own database: pass the event id on as an idempotency key.");
    }
    if (connection.getAutoCommit()) {
      throw new IllegalStateException(
          "The connection is in autocommit mode, so the work for event "
              + eventId
              + " and the note that it is done would not commit together: call setAutoCommit(false), and commit afterwards.");
    }
    if (!inbox.add(connection, subscription, eventId)) {
      return false;
    }
    try {
      work.run(connection);
    } catch (Exception | Error e) {
      rollBack(connection, e);
      throw e;
    }
    return true;
  }

  private static void rollBack(Connection connection, Throwable why) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      why.addSuppressed(e); // a broken connection: the database rolls back by itself
    }
  }
}
