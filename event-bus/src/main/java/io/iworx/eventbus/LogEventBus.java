package io.iworx.eventbus;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.Uuid7;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Schedule;
import io.iworx.eventbus.spi.SubscriptionDefinition;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bus on any log. */
final class LogEventBus implements EventBus {
  private static final Logger log = LoggerFactory.getLogger(LogEventBus.class);

  private final String service;
  private final EventLog eventLog;
  private final EventBusOptions options;
  private final String instance;
  private final Drafting drafting;
  private final Keeper keeper;
  private final BusTelemetry telemetry;
  private final SharedPayloads payloads = new SharedPayloads();
  private final SharedContexts contexts = new SharedContexts();
  private final Sending sending;
  private final SubscriptionGauges gauges;
  private final ReentrantLock subscribing = new ReentrantLock();
  private final Map<String, Dispatcher> dispatchers = new ConcurrentHashMap<>();
  private volatile boolean closed;

  private LogEventBus(String service, EventLog eventLog, EventBusOptions options) {
    this.service = service;
    this.eventLog = eventLog;
    this.options = options;
    this.drafting = new Drafting(service, options.maxPayloadBytes());
    var named = options.instance();
    this.instance =
        named == null
            ? service + "-" + ProcessHandle.current().pid() + "-" + Uuid7.next().substring(24)
            : named;
    this.keeper = new Keeper(eventLog.subscriptions(), instance, options);
    this.telemetry = new BusTelemetry(options.openTelemetry());
    this.sending = new Sending(telemetry);
    this.gauges = new SubscriptionGauges(telemetry, eventLog.subscriptions(), dispatchers.keySet());
  }

  static LogEventBus create(String service, EventLog eventLog, EventBusOptions options) {
    if (service.isBlank()) {
      throw new IllegalArgumentException(
          "An event bus needs the name of its service, such as work-order-service; it is blank.");
    }
    return new LogEventBus(service, eventLog, options);
  }

  @Override
  public String service() {
    return service;
  }

  @Override
  public <T> Event<T> publish(NewEvent<T> event) {
    return published(event, append(List.of(drafting.draft(event))).getFirst());
  }

  @Override
  public <T> Event<T> publish(Connection connection, NewEvent<T> event) {
    return published(event, appendIn(connection, List.of(drafting.draft(event))).getFirst());
  }

  @Override
  public List<Event<?>> publishAll(List<? extends NewEvent<?>> events) {
    return published(events, append(drafting.drafts(events)));
  }

  @Override
  public List<Event<?>> publishAll(Connection connection, List<? extends NewEvent<?>> events) {
    return published(events, appendIn(connection, drafting.drafts(events)));
  }

  @Override
  public ScheduledEvent schedule(NewEvent<?> event, Instant at) {
    var schedule = schedule();
    return sending.one(drafting.draft(event), draft -> schedule.add(draft, at));
  }

  @Override
  public ScheduledEvent schedule(Connection connection, NewEvent<?> event, Instant at) {
    var schedule = schedule();
    return sending.one(drafting.draft(event), draft -> schedule.addIn(connection, draft, at));
  }

  @Override
  public List<ScheduledEvent> scheduled(int limit) {
    return schedule().list(limit);
  }

  @Override
  public boolean cancel(String eventId) {
    return schedule().cancel(eventId);
  }

  private Schedule schedule() {
    if (!eventLog.features().contains(EventLog.Feature.SCHEDULE)) {
      throw new IllegalStateException(
          "This event log cannot keep events for later: publish them when they are due.");
    }
    return eventLog.schedule();
  }

  private List<LogEntry> append(List<Draft> drafts) {
    return telemetry.isOff() ? eventLog.append(drafts) : sending.all(drafts, eventLog::append);
  }

  private List<LogEntry> appendIn(Connection connection, List<Draft> drafts) {
    return telemetry.isOff()
        ? eventLog.appendIn(connection, drafts)
        : sending.all(drafts, stamped -> eventLog.appendIn(connection, stamped));
  }

  private Processing processing(String subscription) {
    return new Processing(telemetry, contexts, subscription);
  }

  private static List<Event<?>> published(
      List<? extends NewEvent<?>> events, List<LogEntry> entries) {
    var published = new ArrayList<Event<?>>(entries.size());
    for (var i = 0; i < entries.size(); i++) {
      published.add(published(events.get(i), entries.get(i)));
    }
    return published;
  }

  private static <T> Event<T> published(NewEvent<T> event, LogEntry entry) {
    log.debug(
        "[Event Bus] Published {} event {} at position {}, correlation {}",
        entry.type(),
        entry.id(),
        entry.position(),
        EventContext.correlationId(entry));
    return EventDecoder.of(entry, event.payload());
  }

  @Override
  public <T> Subscription subscribe(
      String name, List<? extends EventType<? extends T>> types, EventHandler<? super T> handler) {
    return subscribe(name, types, options.subscriptions(), handler);
  }

  @Override
  public <T> Subscription subscribe(
      String name,
      List<? extends EventType<? extends T>> types,
      SubscriptionOptions subscription,
      EventHandler<? super T> handler) {
    var decoder = new EventDecoder<T>(types, payloads);
    return start(
        name, decoder, new Handover.Plain<>(decoder, handler, processing(name)), subscription);
  }

  @Override
  public <T> Subscription subscribeTransactional(
      String name,
      List<? extends EventType<? extends T>> types,
      TransactionalEventHandler<? super T> handler) {
    return subscribeTransactional(name, types, options.subscriptions(), handler);
  }

  @Override
  public <T> Subscription subscribeTransactional(
      String name,
      List<? extends EventType<? extends T>> types,
      SubscriptionOptions subscription,
      TransactionalEventHandler<? super T> handler) {
    requireTransactions(name);
    var decoder = new EventDecoder<T>(types, payloads);
    return start(
        name,
        decoder,
        new Handover.Transactional<>(decoder, handler, processing(name)),
        subscription);
  }

  @Override
  public <T> Subscription subscribeBatch(
      String name,
      List<? extends EventType<? extends T>> types,
      SubscriptionOptions subscription,
      BatchEventHandler<? super T> handler) {
    requireTransactions(name);
    var decoder = new EventDecoder<T>(types, payloads);
    return start(
        name, decoder, new Handover.Batch<>(decoder, handler, processing(name)), subscription);
  }

  private void requireTransactions(String name) {
    if (!eventLog.features().contains(EventLog.Feature.CALLER_TRANSACTION)) {
      throw new IllegalStateException(
          "Subscription "
              + name
              + " asks for transactions, which this event log does not offer; use subscribe, whose handlers get events at least once.");
    }
  }

  private <T> Subscription start(
      String name, EventDecoder<T> decoder, Handover handover, SubscriptionOptions subscription) {
    requireName(name);
    if (decoder.patterns().isEmpty()) {
      throw new IllegalArgumentException(
          "Subscription " + name + " names no event types, so it would never get an event.");
    }
    var definition =
        new SubscriptionDefinition(
            name,
            service,
            subscription.definition(),
            decoder.patterns(),
            subscription.start(),
            subscription.partitions());
    subscribing.lock();
    try {
      requireFree(name);
      eventLog.subscriptions().define(definition);
      var dispatcher =
          new Dispatcher(
              new Subscriber<>(
                  definition, eventLog, instance, decoder, handover, subscription, options),
              keeper,
              () -> dispatchers.remove(name));
      dispatchers.put(name, dispatcher);
      keeper.add(dispatcher);
      return dispatcher;
    } finally {
      subscribing.unlock();
    }
  }

  private void requireFree(String name) {
    if (closed) {
      throw new IllegalStateException("The event bus of " + service + " is closed.");
    }
    if (dispatchers.containsKey(name)) {
      throw new IllegalArgumentException(
          "This event bus of "
              + service
              + " has a subscription "
              + name
              + " already; give each handler a subscription name of its own.");
    }
  }

  private static void requireName(String name) {
    if (!Correlation.accepts(name)) {
      throw new IllegalArgumentException(
          "The name of a subscription must be 1 to 128 characters of A-Z a-z 0-9 . _ : - and this is not: "
              + name);
    }
  }

  @Override
  public void close() {
    subscribing.lock();
    try {
      closed = true;
    } finally {
      subscribing.unlock();
    }
    gauges.close();
    // All stop at once; then the time to wait for them is that of the slowest, not the sum.
    dispatchers.values().forEach(Dispatcher::stop);
    dispatchers.values().forEach(Dispatcher::close);
    keeper.close();
  }
}
