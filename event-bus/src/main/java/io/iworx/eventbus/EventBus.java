package io.iworx.eventbus;

import java.sql.Connection;
import java.util.List;
import java.util.Map;

/**
 * Publishes and subscribes for one service.
 *
 * <p>{@link #publish(NewEvent)} returns when the event is durable. A subscription gets each
 * matching event at least once, in order per key, and exactly once in effect with {@link
 * #subscribeTransactional}. Blocking, for virtual threads; safe for any thread.
 */
public interface EventBus extends AutoCloseable {

  /** The service that publishes and subscribes here. */
  String service();

  /** Publishes in a transaction of its own; returns when it is durable. */
  <T> Event<T> publish(NewEvent<T> event);

  /**
   * Publishes in the caller's transaction: event and rows commit together or not at all.
   *
   * @throws IllegalStateException when the connection is in autocommit mode
   */
  <T> Event<T> publish(Connection connection, NewEvent<T> event);

  default <T> Event<T> publish(EventType<T> type, T payload) {
    return publish(NewEvent.of(type, payload));
  }

  default <T> Event<T> publish(EventType<T> type, T payload, Map<String, ?> metadata) {
    return publish(NewEvent.of(type, payload).withMetadata(metadata));
  }

  default <T> Event<T> publish(Connection connection, EventType<T> type, T payload) {
    return publish(connection, NewEvent.of(type, payload));
  }

  /**
   * Subscribes at least once: order per key, different keys in parallel. Starts at the latest event
   * when the name is new.
   */
  <T> Subscription subscribe(
      String name, List<? extends EventType<? extends T>> types, EventHandler<? super T> handler);

  /**
   * Subscribes exactly once in effect, in the order of the log. Starts at the latest event when the
   * name is new.
   */
  <T> Subscription subscribeTransactional(
      String name,
      List<? extends EventType<? extends T>> types,
      TransactionalEventHandler<? super T> handler);

  /** Closes its subscriptions; the log stays open. */
  @Override
  void close();
}
