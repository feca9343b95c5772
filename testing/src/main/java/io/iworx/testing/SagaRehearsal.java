package io.iworx.testing;

import static org.awaitility.Awaitility.await;

import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.NewEvent;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.SubscriptionStatus;
import io.iworx.sagas.SagaDefinition;
import io.iworx.sagas.SagaResult;
import io.iworx.sagas.SagaState;
import io.iworx.sagas.Sagas;
import io.iworx.sagas.SagasOptions;
import io.iworx.sagas.spi.NewSaga;
import io.iworx.sagas.spi.StepRecord;
import io.iworx.sagas.spi.StoredSaga;
import io.iworx.sagas.spi.Transition;
import io.iworx.testing.SagaScript.Performance;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Function;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs a saga of yours without its services and without a database: its steps have the outcomes you
 * give them, the events it waits for come when you say, its time is a clock that waits set, and
 * after each of its records it is resumed as after a crash. Immutable; each method but {@link #run}
 * returns a copy.
 *
 * <p>A step that is given no outcome runs its own code; one that takes the connection must be given
 * one. The compensation of a step that was given an outcome does nothing, unless it is given one
 * itself, under the step's name followed by {@code /undo}.
 *
 * <p>{@link #run} throws an {@link AssertionError} when a result does not survive JSON, or when the
 * body, resumed from some record, goes another way than it went.
 *
 * @param <I> what the saga is started with
 * @param <O> what its body returns
 */
public final class SagaRehearsal<I, O> {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Instant NINE_O_CLOCK = Instant.parse("2026-01-05T09:00:00Z");
  private static final Duration LEASE = Duration.ofMillis(300);
  private static final String KEY = "rehearsal";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Function<Sagas, SagaDefinition<I, O>> definition;
  private final SagaScript script;
  private final Instant start;

  private SagaRehearsal(
      Function<Sagas, SagaDefinition<I, O>> definition, SagaScript script, Instant start) {
    this.definition = definition;
    this.script = script;
    this.start = start;
  }

  /** A rehearsal of the saga that the function defines. */
  public static <I, O> SagaRehearsal<I, O> of(Function<Sagas, SagaDefinition<I, O>> definition) {
    return new SagaRehearsal<>(definition, SagaScript.EMPTY, NINE_O_CLOCK);
  }

  /** Begins at a certain time; on the fifth of January 2026 at nine by default. */
  public SagaRehearsal<I, O> at(Instant newStart) {
    return new SagaRehearsal<>(definition, script, newStart);
  }

  /**
   * Has a step return something instead of running its code. Outcomes given to one step are those
   * of its attempts, one after the other; the last one stays.
   *
   * @param step its identity, such as {@code reserve}, {@code reserve#2} or {@code reserve/undo}
   * @param result of the class that the step returns; null for one that returns nothing
   */
  public SagaRehearsal<I, O> returns(String step, @Nullable Object result) {
    return with(script.with(step, new SagaScript.Outcome.Returns(result)));
  }

  /** Has a step fail instead of running its code, as {@link #returns} has it return. */
  public SagaRehearsal<I, O> fails(String step, Exception failure) {
    return with(script.with(step, new SagaScript.Outcome.Fails(failure)));
  }

  /** Has the clock go on by so much at each attempt of a step. */
  public SagaRehearsal<I, O> takes(String step, Duration time) {
    return with(script.withTime(step, time));
  }

  /**
   * Has another publish an event so long after the start, whether the saga waits for it by then,
   * comes to wait for it later, or never does. One that comes when the time of a wait is over, to
   * the moment, is too late for it.
   *
   * @param event with the key that the saga waits for
   * @param after not negative; zero for an event that is there before the first step
   */
  public SagaRehearsal<I, O> comes(NewEvent<?> event, Duration after) {
    if (after.isNegative()) {
      throw new IllegalArgumentException(
          "An event from before the start ends no wait, and this would be published %s before it."
              .formatted(after.negated()));
    }
    return with(script.with(new SagaScript.Coming(event, after)));
  }

  private SagaRehearsal<I, O> with(SagaScript newScript) {
    return new SagaRehearsal<>(definition, newScript, start);
  }

  /**
   * Runs the saga to its end, then once more from each of its records.
   *
   * @throws AssertionError when it does not end, a result does not survive JSON, or a resumed run
   *     differs
   */
  public Rehearsed<O> run(I input) {
    try (var stage = new Stage(List.of(), start)) {
      var result = stage.start(input);
      var saga = stage.saga();
      requireSurvivesJson(stage.performance, saga);
      for (var records = 0; records < saga.steps().size(); records++) {
        resume(stage, saga, records);
      }
      return new Rehearsed<>(
          result,
          List.copyOf(stage.performance.executed()),
          identities(saga, StepRecord.Kind.DONE),
          identities(saga, StepRecord.Kind.UNDONE),
          stage.log.entries().stream().filter(it -> !script.gives(it.id())).toList(),
          stage.clock.instant());
    }
  }

  /** As an instance finds it that takes it up after a crash. */
  private void resume(Stage first, StoredSaga saga, int records) {
    var left = saga.steps().subList(0, records);
    var now = left.isEmpty() ? start : left.getLast().endedAt();
    try (var stage = new Stage(first.log.entries(), now)) {
      stage.leaveChildren(first.store, saga, left);
      stage.takeUp(saga, left);
      var resumed = stage.saga();
      if (resumed.state() != saga.state() || !outline(resumed).equals(outline(saga))) {
        throw new AssertionError(
            "Resumed after %d of %d records, the saga went another way: it is %s with %s, and was %s with %s. Its body depends on something that no step recorded, or a result does not survive JSON.%s"
                .formatted(
                    records,
                    saga.steps().size(),
                    resumed.state(),
                    outline(resumed),
                    saga.state(),
                    outline(saga),
                    resumed.stuckReason() == null ? "" : " " + resumed.stuckReason()));
      }
    }
  }

  private static List<String> outline(StoredSaga saga) {
    return saga.steps().stream().map(it -> it.step() + " " + it.kind()).toList();
  }

  private static void requireSurvivesJson(Performance performance, StoredSaga saga) {
    for (var step : saga.steps()) {
      var result = performance.results().get(step.step());
      if (step.kind() == StepRecord.Kind.DONE && result != null && isComparable(result)) {
        Object read;
        try {
          read = JSON.readValue(step.result(), result.getClass());
        } catch (JacksonException e) {
          throw new AssertionError(
              "The result of step %s cannot be read back: %s"
                  .formatted(step.step(), e.getOriginalMessage()),
              e);
        }
        if (!result.equals(read)) {
          throw new AssertionError(
              "The result of step %s does not survive JSON: it was %s and comes back as %s."
                  .formatted(step.step(), result, read));
        }
      }
    }
  }

  /** Whether two of its kind can be equal, as records are. */
  private static boolean isComparable(Object result) {
    try {
      return result.getClass().getMethod("equals", Object.class).getDeclaringClass()
          != Object.class;
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("Every class has equals.", e);
    }
  }

  private static List<String> identities(StoredSaga saga, StepRecord.Kind kind) {
    return saga.steps().stream().filter(it -> it.kind() == kind).map(StepRecord::step).toList();
  }

  /** Where one run happens. */
  private final class Stage implements AutoCloseable {
    private final SettableClock clock;
    private final InMemorySagaStore store;
    private final InMemoryEventLog log;
    private final EventBus bus;
    private final Performance performance;
    private final Sagas sagas;

    /** With what had been published by then. */
    Stage(List<LogEntry> published, Instant now) {
      clock = SettableClock.at(start);
      store = InMemorySagaStore.onStage(clock, RehearsalConnection.open());
      log = InMemoryEventLog.create(clock);
      log.leave(published.stream().filter(it -> !it.timestamp().isAfter(now)).toList());
      bus = EventBus.create("rehearsal", log);
      performance = script.new Performance(clock, bus);
      performance.passUntil(now);
      // Without chance there is no pause between attempts.
      var options = SagasOptions.defaults().withLease(LEASE).withClock(clock).withRandom(() -> 0L);
      sagas = Sagas.create(bus, store, options, performance);
    }

    SagaResult<O> start(I input) {
      var run = definition.apply(sagas).start(KEY, input);
      awaitEnd();
      return run.await(PATIENCE);
    }

    void takeUp(StoredSaga saga, List<StepRecord> left) {
      var undoing = left.stream().anyMatch(it -> it.kind() == StepRecord.Kind.UNDONE);
      var failure = undoing ? saga.failure() : null;
      store.leave(asNew(saga), left, failure == null ? null : Transition.compensating(failure));
      var _ = definition.apply(sagas);
      awaitEnd();
    }

    /** Those that are done and not undone, as they were then. */
    private void leaveChildren(InMemorySagaStore first, StoredSaga saga, List<StepRecord> left) {
      for (var it : first.operations().find(saga.id()).orElseThrow().children()) {
        var records = left.stream().filter(step -> step.step().equals(it.step())).toList();
        if (records.size() == 1 && records.getFirst().kind() == StepRecord.Kind.DONE) {
          var child = first.find(it.id()).orElseThrow();
          var steps =
              child.steps().stream().filter(st -> st.kind() != StepRecord.Kind.UNDONE).toList();
          var output = String.valueOf(records.getFirst().result());
          store.leave(asNew(child), steps, Transition.completed(output));
          leaveChildren(first, child, steps);
        }
      }
    }

    private static NewSaga asNew(StoredSaga saga) {
      return new NewSaga(
          saga.id(),
          saga.definition(),
          saga.version(),
          saga.key(),
          saga.parent(),
          saga.input(),
          saga.correlation(),
          saga.startedAt());
    }

    /** The one that is no step of another. */
    StoredSaga saga() {
      return store.list(EnumSet.allOf(SagaState.class), Integer.MAX_VALUE).stream()
          .filter(saga -> saga.parent() == null)
          .findFirst()
          .flatMap(saga -> store.find(saga.id()))
          .orElseThrow();
    }

    private void awaitEnd() {
      try {
        await()
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(2))
            .atMost(PATIENCE)
            .until(this::hasEnded);
      } catch (ConditionTimeoutException e) {
        throw new AssertionError(
            "The saga did not end within %d s: %s".formatted(PATIENCE.toSeconds(), outline(saga())),
            e);
      }
    }

    /** Lets time pass while all there is to do is to wait for it. */
    private boolean hasEnded() {
      var open = open();
      // Whatever came while that was looked at has changed one of them.
      if (open.stream().allMatch(this::waits) && isDelivered() && open.equals(open())) {
        open.stream()
            .map(StoredSaga::wakeAt)
            .min(Comparator.naturalOrder())
            .ifPresent(performance::passTowards);
      }
      return !saga().state().isOpen();
    }

    private List<StoredSaga> open() {
      return store.list(EnumSet.of(SagaState.RUNNING, SagaState.COMPENSATING), Integer.MAX_VALUE);
    }

    /** What was published has come to the sagas. */
    private boolean isDelivered() {
      return log.subscriptions().admin().list().stream()
          .mapToLong(SubscriptionStatus::lag)
          .allMatch(lag -> lag == 0);
    }

    private boolean waits(StoredSaga saga) {
      var wakeAt = saga.wakeAt();
      return saga.instance() == null && wakeAt != null && wakeAt.isAfter(clock.instant());
    }

    @Override
    public void close() {
      sagas.close();
      bus.close();
      log.close();
    }
  }
}
