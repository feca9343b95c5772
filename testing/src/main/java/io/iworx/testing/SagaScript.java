package io.iworx.testing;

import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.NewEvent;
import io.iworx.sagas.spi.StepRunner;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The outcomes that steps are given, attempt after attempt; the last one stays. And what others
 * publish meanwhile.
 *
 * @param outcomes by the identity of the step, or of its compensation
 * @param times how long the clock goes on at each attempt
 * @param events the earliest first
 */
record SagaScript(
    Map<String, List<Outcome>> outcomes, Map<String, Duration> times, List<Coming> events) {
  private static final String UNDO = "/undo";

  static final SagaScript EMPTY = new SagaScript(Map.of(), Map.of(), List.of());

  /** What comes of an attempt. */
  sealed interface Outcome {
    record Returns(@Nullable Object result) implements Outcome {}

    record Fails(Exception failure) implements Outcome {}
  }

  /**
   * An event that another publishes.
   *
   * @param after how long after the start
   */
  record Coming(NewEvent<?> event, Duration after) {}

  SagaScript with(String step, Outcome outcome) {
    var more = new HashMap<>(outcomes);
    var those = new ArrayList<>(more.getOrDefault(step, List.of()));
    those.add(outcome);
    more.put(step, List.copyOf(those));
    return new SagaScript(Map.copyOf(more), times, events);
  }

  SagaScript withTime(String step, Duration time) {
    var more = new HashMap<>(times);
    more.put(step, time);
    return new SagaScript(outcomes, Map.copyOf(more), events);
  }

  SagaScript with(Coming event) {
    var more = new ArrayList<>(events);
    more.add(event);
    more.sort(Comparator.comparing(Coming::after));
    return new SagaScript(outcomes, times, List.copyOf(more));
  }

  boolean gives(String eventId) {
    return events.stream().anyMatch(it -> it.event().id().equals(eventId));
  }

  /** One performance of the script. Used by one saga, whose branches have threads of their own. */
  final class Performance implements StepRunner {
    private final SettableClock clock;
    private final EventBus bus;
    private final Instant start;
    private final Deque<Coming> coming = new ArrayDeque<>(events);
    private final Map<String, Integer> attempts = new HashMap<>();
    private final List<String> executed = new ArrayList<>();
    private final Map<String, @Nullable Object> results = new HashMap<>();

    /** Begins where the clock stands. */
    Performance(SettableClock clock, EventBus bus) {
      this.clock = clock;
      this.bus = bus;
      this.start = clock.instant();
    }

    /** Lets time pass, and has what comes until then, or just then, come at its moment. */
    synchronized void passUntil(Instant moment) {
      while (!coming.isEmpty() && !comesAt().isAfter(moment)) {
        clock.set(comesAt());
        bus.publish(coming.remove().event());
      }
      clock.set(moment);
    }

    /** The same until the next comes, or until that moment if that is not later. */
    synchronized void passTowards(Instant moment) {
      if (!coming.isEmpty() && comesAt().isBefore(moment)) {
        clock.set(comesAt());
        bus.publish(coming.remove().event());
      } else {
        clock.set(moment);
      }
    }

    private Instant comesAt() {
      return start.plus(coming.element().after());
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
      var result = outcome(identity, begin(identity), code);
      ended(identity, result);
      return result;
    }

    /** Which attempt this is. */
    private synchronized int begin(String identity) {
      executed.add(identity);
      passUntil(clock.instant().plus(times.getOrDefault(identity, Duration.ZERO)));
      return attempts.merge(identity, 1, Integer::sum);
    }

    private synchronized void ended(String identity, @Nullable Object result) {
      results.put(identity, result);
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
