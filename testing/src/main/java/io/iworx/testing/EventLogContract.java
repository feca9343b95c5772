package io.iworx.testing;

import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventBusOptions;
import io.iworx.eventbus.spi.EventLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;

/**
 * What every event log promises, as tests of the port and of the bus on top of it. An adapter is
 * right when a subclass that makes its logs passes. Promises of a {@link EventLog.Feature} that the
 * log does not have are reported as not offered (an aborted test), never as passed.
 *
 * <p>Leases in here last a second of real time, so that takeovers can be waited for.
 */
public abstract class EventLogContract
    implements AppendPromises,
        PublishPromises,
        SchedulePromises,
        SubscriptionStorePromises,
        DeliveryPromises,
        FailurePromises,
        OperatorPromises,
        InstancePromises,
        RepartitionPromises,
        TransactionPromises,
        InboxPromises {

  private final ArrayDeque<AutoCloseable> opened = new ArrayDeque<>();
  private @Nullable EventLog log;

  /** A new log without events and subscriptions; called once a test. */
  protected abstract EventLog newLog() throws Exception;

  /**
   * A second log with the same events and subscriptions as the given one, as a restarted process or
   * another instance would open it. The given one may be closed before or used further.
   */
  protected abstract EventLog reopened(EventLog log) throws Exception;

  /**
   * A connection to where the log is, with autocommit off, that may create tables: for the tests of
   * {@link EventLog.Feature#CALLER_TRANSACTION} only. They close it.
   */
  protected abstract Connection openTransaction() throws SQLException;

  /**
   * A connection to a database of a handler's own, not the log's, with autocommit off, that may
   * create tables and is ready for the log's inbox: for the tests of {@link EventLog.Feature#INBOX}
   * only. They close it.
   */
  protected abstract Connection openOwnDatabase() throws SQLException;

  @Override
  public final EventLog log() throws Exception {
    var current = log;
    if (current == null) {
      current = newLog();
      log = current;
      opened.push(current);
    }
    return current;
  }

  @Override
  public final EventLog anotherLog() throws Exception {
    var another = reopened(log());
    opened.push(another);
    return another;
  }

  @Override
  public final EventBus bus(String service, EventLog on) {
    return bus(service, on, EventBusOptions.defaults());
  }

  @Override
  public final EventBus bus(String service, EventLog on, EventBusOptions options) {
    var bus =
        EventBus.create(
            service,
            on,
            options
                .withLease(LEASE)
                .withCheckpointInterval(Duration.ofMillis(20))
                .withSubscriptions(QUICK));
    opened.push(bus);
    return bus;
  }

  @Override
  public final Connection transaction() throws Exception {
    var offered = log().features().contains(EventLog.Feature.CALLER_TRANSACTION);
    Assumptions.assumeTrue(offered, "not offered: CALLER_TRANSACTION");
    return openTransaction();
  }

  @Override
  public final Connection ownDatabase() throws Exception {
    var offered = log().features().contains(EventLog.Feature.INBOX);
    Assumptions.assumeTrue(offered, "not offered: INBOX");
    return openOwnDatabase();
  }

  @AfterEach
  final void closeAll() throws Exception {
    for (var it : opened) {
      it.close();
    }
  }
}
