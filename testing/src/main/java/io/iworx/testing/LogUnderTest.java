package io.iworx.testing;

import io.iworx.correlation.Correlation;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventBusOptions;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.RetryPolicy;
import io.iworx.eventbus.SubscriptionOptions;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Start;
import io.iworx.eventbus.spi.SubscriptionDefinition;
import io.iworx.eventbus.spi.SubscriptionStatus;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

/** What the promises need to be tested. */
interface LogUnderTest {
  Duration LEASE = Duration.ofSeconds(1);
  Duration LONG = Duration.ofSeconds(20);

  SubscriptionOptions QUICK =
      SubscriptionOptions.defaults()
          .withCloseTimeout(Duration.ofSeconds(5))
          .withRetryPolicy(new RetryPolicy(3, Duration.ofMillis(5), Duration.ofMillis(20)));

  /** Something that happened to a thing, with a number to tell the occasions apart. */
  record Happened(String thingId, int number) {}

  EventType<Happened> HAPPENED =
      EventType.of("contract.happened", Happened.class).keyedBy("thingId");

  /** The log of this test, empty at its beginning. */
  EventLog log() throws Exception;

  /** The same log as another process sees it. */
  EventLog anotherLog() throws Exception;

  /** A bus with quick options, closed at the end of the test. */
  EventBus bus(String service, EventLog on);

  EventBus bus(String service, EventLog on, EventBusOptions options);

  /** A caller's transaction; the test is aborted as not offered where the log has none. */
  Connection transaction() throws Exception;

  /** A handler's own database; the test is aborted as not offered where the log has no inbox. */
  Connection ownDatabase() throws Exception;

  static Draft draft(String id, @Nullable String key, String payload) {
    return draft(id, "contract.happened", key, payload);
  }

  static Draft draft(String id, String type, @Nullable String key, String payload) {
    return new Draft(id, type, "contract", Correlation.of("corr-" + id), key, payload, "{}");
  }

  /** A subscription with one partition, so that a test of claims has one to claim. */
  static SubscriptionDefinition definition(String name, Start start) {
    return new SubscriptionDefinition(name, "contract", 1, List.of("contract.*"), start, 1);
  }

  /** Reads on from slice to slice until the log has no more to give now. */
  static List<LogEntry> readAll(EventLog log, long after, int limit) {
    var all = new ArrayList<LogEntry>();
    var from = Checkpoint.at(after);
    while (true) {
      var slice = log.read(from, limit);
      all.addAll(slice.entries());
      if (slice.entries().isEmpty() && slice.upTo().equals(from)) {
        return all;
      }
      from = slice.upTo();
    }
  }

  static SubscriptionStatus status(EventLog log, String name) {
    return log.subscriptions().admin().list().stream()
        .filter(it -> it.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  static ConditionFactory eventually() {
    return Awaitility.await().atMost(LONG).pollInterval(Duration.ofMillis(10));
  }
}
