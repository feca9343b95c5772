package io.iworx.testing;

import io.iworx.sagas.spi.StepRunner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The outcomes that steps are given, attempt after attempt; the last one stays.
 *
 * @param outcomes by the identity of the step, or of its compensation
 * @param times how long the clock goes on at each attempt
 */
record SagaScript(Map<String, List<Outcome>> outcomes, Map<String, Duration> times) {
  private static final String UNDO = "/undo";

  static final SagaScript EMPTY = new SagaScript(Map.of(), Map.of());

  /** What comes of an attempt. */
  sealed interface Outcome {
    record Returns(@Nullable Object result) implements Outcome {}

    record Fails(Exception failure) implements Outcome {}
  }

  SagaScript with(String step, Outcome outcome) {
    var more = new HashMap<>(outcomes);
    var those = new ArrayList<>(more.getOrDefault(step, List.of()));
    those.add(outcome);
    more.put(step, List.copyOf(those));
    return new SagaScript(Map.copyOf(more), times);
  }

  SagaScript withTime(String step, Duration time) {
    var more = new HashMap<>(times);
    more.put(step, time);
    return new SagaScript(outcomes, Map.copyOf(more));
  }

  /** One performance of the script. Used by one saga. */
  final class Performance implements StepRunner {
    private final SettableClock clock;
    private final Map<String, Integer> attempts = new HashMap<>();
    private final List<String> executed = new ArrayList<>();
    private final Map<String, @Nullable Object> results = new HashMap<>();

    Performance(SettableClock clock) {
      this.clock = clock;
    }

    /** In the order in which they were executed. */
    List<String> executed() {
      return executed;
    }

    /** What steps returned, before it was recorded. */
    Map<String, @Nullable Object> results() {
      return results;
    }

    @Override
    public @Nullable Object run(String identity, Callable<@Nullable Object> code) throws Exception {
      executed.add(identity);
      clock.advance(times.getOrDefault(identity, Duration.ZERO));
      var result = outcome(identity, attempts.merge(identity, 1, Integer::sum), code);
      results.put(identity, result);
      return result;
    }

    private @Nullable Object outcome(String identity, int attempt, Callable<@Nullable Object> code)
        throws Exception {
      var given = outcomes.get(identity);
      if (given == null) {
        return isUndoOfGiven(identity) ? null : code.call();
      }
      return switch (given.get(Math.min(attempt, given.size()) - 1)) {
        case Outcome.Returns(var result) -> result;
        case Outcome.Fails(var failure) -> throw failure;
      };
    }

    /** What was not done is not undone either. */
    private boolean isUndoOfGiven(String identity) {
      return identity.endsWith(UNDO)
          && outcomes.containsKey(identity.substring(0, identity.length() - UNDO.length()));
    }
  }
}
