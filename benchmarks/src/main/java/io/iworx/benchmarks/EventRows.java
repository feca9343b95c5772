package io.iworx.benchmarks;

import java.util.List;

/** The promises about the event bus: what is measured, and what it must reach. */
final class EventRows {
  static final List<Row> ALL =
      List.of(
          Row.rate(
              "publish/copy",
              "publish, 256 callers ÷ COPY into the same table, same batches",
              "publish",
              "copy",
              0.7,
              0.95),
          Row.rate(
              "publish/transactions",
              "publish, 256 callers ÷ one transaction a publish, fair pool",
              "publish",
              "transactions",
              3,
              4),
          new Row(
              "publish/one-caller",
              "publish, 1 caller: ack p50 ÷ prepared JDBC insert",
              "ms",
              new Bound(1.3, 1.1, true, true, false),
              List.of("one-caller"),
              results ->
                  new Figure(
                      results.median("one-caller", "publish.p50"),
                      results.median("one-caller", "insert.p50"),
                      Double.NaN,
                      Double.NaN)),
          Row.share(
              "end-to-end/publish",
              "end to end, 1 subscription ÷ publish only",
              "end-to-end",
              "publish",
              0.75,
              0.9),
          Row.share(
              "end-to-end/five",
              "end to end, 5 subscriptions, of each ÷ 1 subscription",
              "five",
              "end-to-end",
              0.9,
              1.0),
          Row.share(
              "end-to-end/five-one-slow",
              "the same, of the other four while one sleeps 50 ms an event",
              "five-one-slow",
              "end-to-end",
              0.9,
              1.0),
          Row.rate(
              "end-to-end/modulith",
              "end to end ÷ Spring Modulith JDBC",
              "end-to-end",
              "modulith",
              12,
              16),
          Row.rate(
              "end-to-end/pg-boss",
              "end to end ÷ pg-boss, single send",
              "end-to-end",
              "pg-boss",
              10,
              14),
          Row.rate(
              "end-to-end/db-scheduler",
              "end to end ÷ db-scheduler",
              "end-to-end",
              "db-scheduler",
              8,
              12),
          Row.rate(
              "end-to-end/graphile-worker",
              "end to end ÷ graphile-worker, batched by 100",
              "end-to-end",
              "graphile-worker",
              2,
              3),
          Row.rate(
              "end-to-end/rabbitmq",
              "end to end ÷ RabbitMQ quorum queue with confirms",
              "end-to-end",
              "rabbitmq",
              0.8,
              1.2),
          Row.rate(
              "end-to-end/kafka-fsync",
              "end to end ÷ Kafka with fsync per message",
              "end-to-end",
              "kafka-fsync",
              2,
              3),
          Row.inform(
              "end-to-end/kafka",
              "end to end ÷ Kafka as it comes, no fsync",
              "end-to-end",
              "kafka"),
          Row.rate(
              "end-to-end/nats",
              "end to end ÷ NATS JetStream, sync publish, no fsync",
              "end-to-end",
              "nats",
              0.6,
              1.0),
          Row.rate(
              "transactional/single",
              "transactional handler, one event a call ÷ the same executeUpdate, 100 a commit",
              "transactional",
              "execute-update",
              0.6,
              0.9),
          Row.rate(
              "transactional/batch",
              "transactional batch handler ÷ the same addBatch, 100 a commit",
              "transactional-batch",
              "add-batch",
              0.6,
              0.9),
          Row.atMost(
              "latency/same-process.p50",
              "publish → handler at 1,000/s, same process, p50",
              "ms",
              "steady",
              "handled.p50",
              2,
              0.6),
          Row.atMost(
              "latency/same-process.p99", "the same, p99", "ms", "steady", "handled.p99", 10, 4),
          Row.atMost(
              "latency/other-process.p50",
              "publish → handler at 1,000/s, other process, p50",
              "ms",
              "other-process",
              "handled.p50",
              4,
              1.5),
          Row.atMost(
              "latency/other-process.p99",
              "the same, p99",
              "ms",
              "other-process",
              "handled.p99",
              20,
              8),
          Row.atMost(
              "latency/in-transaction.p50",
              "in-transaction publish at 200/s, commit → handler, p50",
              "ms",
              "in-transaction",
              "handled.p50",
              8,
              2),
          Row.atMost(
              "latency/in-transaction.p99",
              "the same, p99",
              "ms",
              "in-transaction",
              "handled.p99",
              30,
              10),
          Row.atMost(
              "latency/long-transactions.p50",
              "the same while four publish in transactions of 2 s, p50 of the others",
              "ms",
              "long-transactions",
              "handled.p50",
              10,
              2),
          Row.atMost(
              "latency/long-transactions.p99",
              "the same, p99 of the others",
              "ms",
              "long-transactions",
              "handled.p99",
              100,
              20),
          new Row(
              "foreign/throughput",
              "end to end, a foreign write transaction open ÷ without",
              "events/s",
              new Bound(0.95, 1, false, true, false),
              List.of("foreign-transaction"),
              results ->
                  new Figure(
                      results.median("foreign-transaction", "with"),
                      results.median("foreign-transaction", "without"),
                      Double.NaN,
                      Double.NaN)),
          new Row(
              "foreign/added-p50",
              "what it adds to publish → handler at 1,000/s, p50",
              "ms",
              new Bound(5, 0, true, false, false),
              List.of("steady-foreign", "steady"),
              results ->
                  Figure.alone(
                      results.median("steady-foreign", "handled.p50")
                          - results.median("steady", "handled.p50"))),
          Row.atMost(
              "idle/statements-listening",
              "10 idle subscriptions, with LISTEN",
              "statements/s",
              "idle",
              "statements",
              5,
              1),
          Row.atMost(
              "idle/statements-polling",
              "the same without LISTEN",
              "statements/s",
              "idle-polling",
              "statements",
              60,
              20),
          Row.atMost(
              "idle/cpu",
              "10 idle subscriptions with LISTEN, JVM and PostgreSQL",
              "% of a core",
              "idle",
              "load",
              0.5,
              0.1),
          Row.atMost(
              "killed/again",
              "kill -9 of one of two instances: its events are handled again after",
              "s",
              "killed-instance",
              "again",
              12,
              Double.NaN),
          Row.atMost(
              "catch-up/heap",
              "catching up: heap after collections, with -Xmx256m",
              "MB",
              "catch-up",
              "heap",
              256,
              Double.NaN),
          Row.share(
              "catch-up/speed",
              "catching up ÷ end to end, 1 subscription",
              "catch-up",
              "end-to-end",
              1.5,
              Double.NaN));

  private EventRows() {}
}
