package io.iworx.eventbus;

import io.iworx.eventbus.spi.EventLog;
import java.sql.Connection;
import java.time.Instant;
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

  /**
   * A bus with the default options.
   *
   * @param serviceName the service that publishes and subscribes: {@code work-order-service}
   */
  static EventBus create(String serviceName, EventLog log) {
    return create(serviceName, log, EventBusOptions.defaults());
  }

  /** A bus on a log that other buses may share; closing the bus leaves the log open. */
  static EventBus create(String serviceName, EventLog log, EventBusOptions options) {
    return LogEventBus.create(serviceName, log, options);
  }

  /** The service that publishes and subscribes here. */
  String service();

  /**
   * Publishes in a transaction of its own; returns when it is durable.
   *
   * @return the event as it stands in the log; the first one where the id was there already
   * @throws InvalidEventException when it cannot be published as it is: payload too large, not an
   *     object, a pattern for a type, …
   * @throws EventConflictException when its id is in the log with another type, key or payload
   */
  <T> Event<T> publish(NewEvent<T> event);

  /**
   * Publishes in the caller's transaction: event and rows commit together or not at all.
   *
   * @throws InvalidEventException as in {@link #publish(NewEvent)}
   * @throws EventConflictException as in {@link #publish(NewEvent)}
   * @throws IllegalStateException when the connection is in autocommit mode
   */
  <T> Event<T> publish(Connection connection, NewEvent<T> event);

  /**
   * Publishes all of them or none, in a transaction of its own; returns when they are durable.
   *
   * @return the events as they stand in the log, in the order given, which is that of the log for
   *     those that are new
   * @throws InvalidEventException as in {@link #publish(NewEvent)}, or when they are more than
   *     {@link EventBusOptions#MAX_EVENTS_AT_ONCE} or larger than {@link
   *     EventBusOptions#MAX_CHARACTERS_AT_ONCE}
   * @throws EventConflictException as in {@link #publish(NewEvent)}
   */
  List<Event<?>> publishAll(List<? extends NewEvent<?>> events);

  /**
   * Publishes all of them or none in the caller's transaction. Else as {@link #publishAll(List)}.
   *
   * @throws IllegalStateException when the connection is in autocommit mode
   */
  List<Event<?>> publishAll(Connection connection, List<? extends NewEvent<?>> events);

  /**
   * Publishes later: the event enters the log when the time has come, by the log's own clock, and
   * is delivered from then on; its timestamp is when it entered. Returns when that is durable. A
   * time that is past means now.
   *
   * @return the event as it is scheduled: with its first time where the id was scheduled before
   * @throws InvalidEventException as in {@link #publish(NewEvent)}
   * @throws EventConflictException when its id is scheduled or in the log with another type, key or
   *     payload
   * @throws IllegalStateException when the log does not offer it
   */
  ScheduledEvent schedule(NewEvent<?> event, Instant at);

  /**
   * Schedules in the caller's transaction. Else as {@link #schedule(NewEvent, Instant)}.
   *
   * @throws IllegalStateException when the connection is in autocommit mode, or the log does not
   *     offer it
   */
  ScheduledEvent schedule(Connection connection, NewEvent<?> event, Instant at);

  /** The events of all services that are to enter the log, the next first, at most so many. */
  List<ScheduledEvent> scheduled(int limit);

  /** Takes a scheduled event back; false when none of that id is scheduled, or no longer. */
  boolean cancel(String eventId);

  default <T> Event<T> publish(EventType<T> type, T payload) {
    return publish(NewEvent.of(type, payload));
  }

  default <T> Event<T> publish(EventType<T> type, T payload, Map<String, ?> metadata) {
    return publish(NewEvent.of(type, payload).withMetadata(metadata));
  }

  default <T> Event<T> publish(Connection connection, EventType<T> type, T payload) {
    return publish(connection, NewEvent.of(type, payload));
  }

  default <T> Event<T> publish(
      Connection connection, EventType<T> type, T payload, Map<String, ?> metadata) {
    return publish(connection, NewEvent.of(type, payload).withMetadata(metadata));
  }

  /** {@link #subscribe(String, List, SubscriptionOptions, EventHandler)} with the bus's options. */
  <T> Subscription subscribe(
      String name, List<? extends EventType<? extends T>> types, EventHandler<? super T> handler);

  /**
   * Subscribes at least once: order per key, different keys in parallel. When it returns the
   * subscription is in the log: a new one gets every matching event published from then on, or,
   * from the earliest, every one there is.
   *
   * <p>An event that matches several types is decoded as the first of them that is no pattern.
   *
   * @param name durable, and shared by all instances that are to divide the events among them
   * @throws IllegalArgumentException when this bus has a subscription of that name, or it is not 1
   *     to 128 characters of {@code A-Z a-z 0-9 . _ : -}, or there are no types
   */
  <T> Subscription subscribe(
      String name,
      List<? extends EventType<? extends T>> types,
      SubscriptionOptions options,
      EventHandler<? super T> handler);

  /**
   * {@link #subscribeTransactional(String, List, SubscriptionOptions, TransactionalEventHandler)}
   * with the bus's options.
   */
  <T> Subscription subscribeTransactional(
      String name,
      List<? extends EventType<? extends T>> types,
      TransactionalEventHandler<? super T> handler);

  /**
   * Subscribes exactly once in effect: what the handler writes through its connection commits
   * together with the checkpoint, many events at a time, in order per key. Partitions run in
   * parallel. Else as {@link #subscribe(String, List, SubscriptionOptions, EventHandler)}.
   *
   * @throws IllegalStateException when the log does not offer transactions
   */
  <T> Subscription subscribeTransactional(
      String name,
      List<? extends EventType<? extends T>> types,
      SubscriptionOptions options,
      TransactionalEventHandler<? super T> handler);

  /**
   * The same for a handler that takes many events at once, such as one that writes with JDBC
   * batches.
   *
   * @throws IllegalStateException when the log does not offer transactions
   */
  <T> Subscription subscribeBatch(
      String name,
      List<? extends EventType<? extends T>> types,
      SubscriptionOptions options,
      BatchEventHandler<? super T> handler);

  /** Closes its subscriptions; the log stays open. */
  @Override
  void close();
}
