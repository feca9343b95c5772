package io.iworx.eventbus;

import java.sql.Connection;

/**
 * Handles an event exactly once in effect: what it writes through the connection commits together
 * with the checkpoint.
 */
@FunctionalInterface
public interface TransactionalEventHandler<T> {

  /**
   * Called on a virtual thread with the event's context in scope and a transaction begun. It must
   * neither commit, roll back nor close the connection. Throwing rolls back and means the event is
   * tried again, or set aside at once on {@link PermanentFailure}.
   */
  void handle(Event<T> event, Connection connection) throws Exception;
}
