package io.iworx.benchmarks;

import java.util.List;
import java.util.Map;

/** The sides of {@link EventRows}, in the order in which a round runs them. */
final class EventSides {
  /** The pool of the side that publishes one by one: the fastest of 16, 24 and 32 on two cores. */
  private static final String POOL = "24";

  private static final double COPY_BATCH = 100;

  static final List<Side> ALL =
      List.of(
          Side.of("publish", "publish-many"),
          Side.of("copy", "copy-rows").with(EventSides::sameBatch),
          Side.of("transactions", "publish-alone").with(Map.of("pool", POOL)),
          Side.of("one-caller", "one-caller"),
          Side.of("end-to-end", "end-to-end").with(Map.of("subscriptions", "1")),
          Side.of("five", "end-to-end").with(Map.of("subscriptions", "5")),
          Side.of("five-one-slow", "end-to-end")
              .with(Map.of("subscriptions", "4", "slow", "true")));

  private EventSides() {}

  /** As many rows a commit as publishing came to. */
  private static Map<String, String> sameBatch(Results results) {
    double batch = results.median("publish", "batch");
    long rows = Math.max(1, Math.round(Double.isNaN(batch) ? COPY_BATCH : batch));
    return Map.of("batch", Long.toString(rows));
  }
}
