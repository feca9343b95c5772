package io.iworx.benchmarks;

import io.iworx.benchmarks.Side.Store;
import java.util.List;
import java.util.Map;

/** The sides of {@link EventRows}, in the order in which a round runs them. */
final class EventSides {
  /** The pool of the side that publishes one by one, as large as our own. */
  private static final String POOL = "24";

  private static final String RABBITMQ = "rabbitmq-server";
  private static final String NATS = "nats-server";

  private static final double COPY_BATCH = 100;

  /** More than a transactional handler has handled so far in a second. */
  private static final String TRANSACTIONAL_EVENTS = "25000";

  private static final String BATCH_EVENTS = "80000";

  private static final double IDLE_SECONDS = 3;

  private EventSides() {}

  /**
   * The sides.
   *
   * @param seconds how long each is measured
   * @param warmup how long each warms up
   * @param extended whether what may take minutes does
   */
  static List<Side> all(double seconds, double warmup, boolean extended) {
    String idle = Double.toString(seconds * IDLE_SECONDS);
    String open = extended ? "600" : "60";
    return List.of(
        Side.of("publish", "publish-many"),
        Side.of("copy", "copy-rows").with(EventSides::sameBatch),
        Side.of("transactions", "publish-alone").with(Map.of("pool", POOL)),
        Side.of("one-caller", "one-caller"),
        Side.of("end-to-end", "end-to-end").with(Map.of("subscriptions", "1")),
        Side.of("five", "end-to-end").with(Map.of("subscriptions", "5")),
        Side.of("five-one-slow", "end-to-end").with(Map.of("subscriptions", "4", "slow", "true")),
        Side.of("modulith", "modulith").with(Map.of("pool", "32", "listeners", "8")),
        Side.of("pg-boss", "pg-boss.mjs")
            .with(Map.of("batch", "500", "workers", "2"))
            .unless(NodePeers::missing),
        Side.of("db-scheduler", "db-scheduler")
            .with(Map.of("pool", "32", "threads", "100", "interval", "50")),
        Side.of("graphile-worker", "graphile-worker.mjs")
            .with(Map.of("callers", "4", "concurrency", "24", "queue", "500"))
            .unless(NodePeers::missing),
        Side.of("rabbitmq", "rabbitmq")
            .with(Map.of("server", Programs.path(RABBITMQ)))
            .unless(() -> Programs.missing(RABBITMQ))
            .in(Store.NONE),
        Side.of("kafka-fsync", "kafka")
            .with(Map.of("fsync", "true", "partitions", "1"))
            .in(Store.NONE),
        Side.of("kafka", "kafka").with(Map.of("fsync", "false", "partitions", "4")).in(Store.NONE),
        Side.of("nats", "nats")
            .with(Map.of("server", Programs.path(NATS)))
            .unless(() -> Programs.missing(NATS))
            .in(Store.NONE),
        Side.of("transactional", "transactional").with(Map.of("events", TRANSACTIONAL_EVENTS)),
        Side.of("execute-update", "raw-handlers").with(Map.of("batch", "false")),
        Side.of("transactional-batch", "transactional")
            .with(Map.of("events", BATCH_EVENTS, "batch", "true")),
        Side.of("add-batch", "raw-handlers").with(Map.of("batch", "true")),
        Side.of("steady", "steady"),
        Side.of("steady-foreign", "steady").with(Map.of("foreign", "true")),
        Side.of("other-process", "other-process"),
        Side.of("in-transaction", "in-transaction").with(Map.of("long", "0")),
        Side.of("long-transactions", "in-transaction").with(Map.of("long", "4")),
        Side.of("foreign-transaction", "foreign-transaction").with(Map.of("open", open)).once(),
        Side.of("idle", "idle").with(Map.of("notices", "true", "seconds", idle)).in(Store.COUNTING),
        Side.of("idle-polling", "idle")
            .with(Map.of("notices", "false", "seconds", idle))
            .in(Store.COUNTING),
        Side.of("killed-instance", "killed-instance"),
        Side.of("catch-up", "catch-up")
            .with(Map.of("events", extended ? "5000000" : "300000"))
            .jvm("-Xmx256m")
            .once());
  }

  /** As many rows a commit as publishing came to. */
  private static Map<String, String> sameBatch(Results results) {
    double batch = results.median("publish", "batch");
    long rows = Math.max(1, Math.round(Double.isNaN(batch) ? COPY_BATCH : batch));
    return Map.of("batch", Long.toString(rows));
  }
}
