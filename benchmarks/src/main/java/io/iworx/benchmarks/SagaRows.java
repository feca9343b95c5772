package io.iworx.benchmarks;

import java.util.List;

/** The promises about sagas: what is measured, and what it must reach. */
final class SagaRows {
  static final List<Row> ALL =
      List.of(
          rate("dbos/success", "32 callers, plain steps ÷ DBOS runStep", "plain", "dbos", 3, 5),
          rate(
              "dbos/failure",
              "the same, third step fails and two are undone",
              "plain-failing",
              "dbos-failing",
              4,
              8),
          cpu(
              "dbos/client-cpu",
              "client CPU of a saga, plain steps ÷ DBOS runStep",
              "client",
              "plain",
              "dbos",
              0.35,
              0.2),
          rate(
              "dbos/transactional",
              "32 callers, transactional steps ÷ DBOS txStep",
              "transactional",
              "dbos-transactional",
              4,
              8),
          rate(
              "dbos/transactional-failure",
              "the same, third step fails and two are undone",
              "transactional-failing",
              "dbos-transactional-failing",
              Double.NaN,
              Double.NaN),
          rate(
              "by-hand/transactional",
              "transactional steps ÷ their rows alone, a commit each",
              "transactional",
              "by-hand",
              0.5,
              0.9),
          rate("by-hand/plain", "plain steps ÷ the same", "plain", "by-hand", 0.35, 0.6),
          rate("restate/success", "32 callers, plain steps ÷ Restate", "plain", "restate", 1, 3),
          rate(
              "restate/failure",
              "the same, third step fails and two are undone",
              "plain-failing",
              "restate-failing",
              Double.NaN,
              Double.NaN),
          cpu(
              "restate/cpu",
              "CPU of a saga with all servers, plain steps ÷ Restate",
              "cpu",
              "plain",
              "restate",
              1,
              0.3),
          new Row(
              "one/transactional",
              "one at a time, transactional steps: p50 ÷ four JDBC inserts that commit",
              "ms",
              new Bound(1.5, 1.1, true, true, false),
              List.of("one-transactional"),
              results ->
                  new Figure(
                      results.median("one-transactional", "saga.p50"),
                      results.median("one-transactional", "inserts.p50"),
                      Double.NaN,
                      Double.NaN)),
          latency("one/dbos", "one at a time, plain steps: p50 ÷ DBOS runStep", "one-dbos"),
          latency("one/restate", "the same ÷ Restate", "one-restate"),
          new Row(
              "one/dbos-transactional",
              "one at a time, transactional steps: p50 ÷ DBOS txStep",
              "ms",
              Bound.NONE,
              List.of("one-transactional", "one-dbos-transactional"),
              results ->
                  new Figure(
                      results.median("one-transactional", "saga.p50"),
                      results.median("one-dbos-transactional", "saga.p50"),
                      Double.NaN,
                      Double.NaN)),
          Row.atMost(
              "waiting/memory",
              "100,000 sagas that wait: heap above idle",
              "MB",
              "waiting",
              "memory",
              128,
              32),
          Row.atMost(
              "waiting/statements",
              "meanwhile, of the instance that started them",
              "statements/s",
              "waiting",
              "statements",
              10,
              1),
          Row.atMost(
              "waiting-events/memory",
              "100,000 sagas that wait for an event: heap above idle",
              "MB",
              "waiting-events",
              "memory",
              128,
              32),
          Row.atMost(
              "waiting-events/statements",
              "meanwhile, of the instance that started them",
              "statements/s",
              "waiting-events",
              "statements",
              10,
              1),
          Row.atMost(
              "killed/again",
              "kill -9 of one of two instances: its sagas of plain steps have ended after",
              "s",
              "killed",
              "again",
              12,
              Double.NaN),
          Row.atMost(
              "killed/transactional",
              "the same, transactional steps",
              "s",
              "killed-transactional",
              "again",
              12,
              Double.NaN),
          Row.atMost(
              "killed/twice",
              "of their rows, there twice",
              "rows",
              "killed-transactional",
              "twice",
              0,
              Double.NaN),
          Row.atMost(
              "killed/missing",
              "missing",
              "rows",
              "killed-transactional",
              "missing",
              0,
              Double.NaN));

  private SagaRows() {}

  /** Our rate against another's; cheaper alone is not enough. */
  private static Row rate(
      String name, String what, String ours, String theirs, double floor, double goal) {
    return new Row(
        name,
        what,
        "sagas/s",
        new Bound(floor, goal, false, true, false),
        List.of(ours, theirs),
        results ->
            new Figure(
                results.median(ours, "rate"),
                results.median(theirs, "rate"),
                results.median(ours, "cpu"),
                results.median(theirs, "cpu")));
  }

  private static Row cpu(
      String name,
      String what,
      String figure,
      String ours,
      String theirs,
      double floor,
      double goal) {
    return new Row(
        name,
        what,
        "µs",
        new Bound(floor, goal, true, true, false),
        List.of(ours, theirs),
        results ->
            new Figure(
                results.median(ours, figure),
                results.median(theirs, figure),
                Double.NaN,
                Double.NaN));
  }

  private static Row latency(String name, String what, String theirs) {
    return new Row(
        name,
        what,
        "ms",
        Bound.NONE,
        List.of("one-plain", theirs),
        results ->
            new Figure(
                results.median("one-plain", "saga.p50"),
                results.median(theirs, "saga.p50"),
                Double.NaN,
                Double.NaN));
  }
}
