package io.iworx.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The sides of {@link SagaRows}, in the order in which a round runs them. */
final class SagaSides {
  private static final String MANY = "32";
  private static final String ONE = "1";

  private SagaSides() {}

  /**
   * The sides.
   *
   * @param unit half of the time that each warms up: there is much code to compile on all of them
   */
  static List<Side> all(double unit) {
    var warmup = Double.toString(unit * 2);
    return Stream.of(
            sagas("plain", false, false, MANY),
            sagas("plain-failing", false, true, MANY),
            sagas("transactional", true, false, MANY),
            sagas("transactional-failing", true, true, MANY),
            Side.of("by-hand", "rows-by-hand").with(Map.of("callers", MANY)),
            dbos("dbos", false, false, MANY),
            dbos("dbos-failing", false, true, MANY),
            dbos("dbos-transactional", true, false, MANY),
            dbos("dbos-transactional-failing", true, true, MANY),
            restate("restate", false, MANY),
            restate("restate-failing", true, MANY),
            Side.of("one-transactional", "one-saga"),
            sagas("one-plain", false, false, ONE),
            dbos("one-dbos", false, false, ONE),
            dbos("one-dbos-transactional", true, false, ONE),
            restate("one-restate", false, ONE),
            waiting("waiting", false),
            waiting("waiting-events", true),
            Side.of("killed", "killed-sagas").with(Map.of("transactional", "false")),
            Side.of("killed-transactional", "killed-sagas").with(Map.of("transactional", "true")))
        .map(side -> side.and("warmup", warmup))
        .toList();
  }

  private static Side sagas(String name, boolean transactional, boolean failing, String callers) {
    return Side.of(name, "sagas").with(options(transactional, failing, callers));
  }

  private static Side waiting(String name, boolean forEvents) {
    return Side.of(name, "waiting-sagas")
        .with(Map.of("sagas", "100000", "seconds", "15", "events", Boolean.toString(forEvents)))
        .in(Side.Store.COUNTING)
        .once();
  }

  private static Side dbos(String name, boolean transactional, boolean failing, String callers) {
    return Side.of(name, "dbos").with(options(transactional, failing, callers));
  }

  private static Side restate(String name, boolean failing, String callers) {
    return Side.of(name, "restate.mjs")
        .with(options(false, failing, callers))
        .unless(NodePeers::missing);
  }

  private static Map<String, String> options(
      boolean transactional, boolean failing, String callers) {
    return Map.of(
        "transactional", Boolean.toString(transactional),
        "failing", Boolean.toString(failing),
        "callers", callers);
  }
}
