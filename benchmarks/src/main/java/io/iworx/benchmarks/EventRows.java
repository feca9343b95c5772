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
              1.0));

  private EventRows() {}
}
