package io.iworx.eventbus;

import java.sql.Connection;
import java.util.List;

/**
 * Handles many events at once, exactly once in effect: what it writes through the connection
 * commits together with the checkpoint.
 */
@FunctionalInterface
public interface BatchEventHandler<T> {

  /**
   * Called on a virtual thread with a transaction begun and events of one partition in the order of
   * their positions: at least one, at most {@link SubscriptionOptions#batchSize}. It must neither
   * commit, roll back nor close the connection. Throwing rolls back; then each event comes again
   * alone, and only those that fail alone are tried again or set aside. With a single event its
   * context is in scope, with more none is.
   */
  void handle(List<Event<T>> events, Connection connection) throws Exception;
}
