package io.iworx.sagas;

import io.iworx.correlation.IdempotencyKey;
import io.iworx.eventbus.Event;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.NewEvent;
import io.iworx.sagas.spi.Awaited;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the body of a saga is written against. It belongs to the thread that runs the body.
 *
 * <p>A step has a name and happens once: its result is recorded, and when the body runs again after
 * a crash, the recorded result is returned without running the step. The same name may come again,
 * in a loop; its occurrences count separately ({@code reserve}, {@code reserve#2}). A step that
 * takes a {@link java.sql.Connection} commits its rows together with its record: its effect happens
 * exactly once. Any other may be executed again after a crash or an unclear answer, always with the
 * same {@linkplain #idempotencyKey() idempotency key}.
 *
 * <p>A failing step is repeated as its {@linkplain io.iworx.correlation.FailureKind failure}
 * permits; when it failed for good, {@link StepFailed} is thrown, now and on every replay. When it
 * may have happened and nothing tells, the saga becomes STUCK.
 *
 * <p>A result survives JSON and is of a class without type parameters, which the compiler fills in
 * as the hidden last argument of a step; put lists and maps into a record.
 */
public final class Saga {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private final String id;
  private final Steps steps;
  private final StepLimits limits;

  Saga(String id, Steps steps) {
    this(id, steps, StepLimits.NONE);
  }

  private Saga(String id, Steps steps, StepLimits limits) {
    this.id = id;
    this.steps = steps;
    this.limits = limits;
  }

  /** The saga's id, a UUIDv7. */
  public String id() {
    return id;
  }

  /**
   * The same saga, for steps that are repeated by another policy than the instance's: {@code
   * saga.withRetry(policy).step(…)}. Compensations keep theirs.
   */
  public Saga withRetry(RetryPolicy retry) {
    return new Saga(id, steps, limits.withRetry(retry));
  }

  /**
   * The same saga, for steps that have only so long, all attempts together: {@code
   * saga.withTimeout(Duration.ofSeconds(20)).step(…)}. No attempt begins after it, and the service
   * client gives up its calls then; code that waits for something else is not interrupted. The time
   * counts anew on another instance. What may have happened by then leaves the saga STUCK, as after
   * the last attempt.
   *
   * @throws IllegalArgumentException when it is not positive
   */
  public Saga withTimeout(Duration timeout) {
    return new Saga(id, steps, limits.withTimeout(positive(timeout)));
  }

  /**
   * From here on no step begins later than this after the start of the saga, whichever instance
   * runs it: the step fails with kind EXPIRED instead. A step under way is given only the time that
   * is left, as by {@link #withTimeout}. Compensations are not limited.
   *
   * @throws IllegalArgumentException when it is not positive
   */
  public void endWithin(Duration timeout) {
    steps.endWithin(positive(timeout));
  }

  /**
   * A step in this database that returns something.
   *
   * @param name 1 to 64 letters, digits, dots, hyphens and underscores, the first a letter or digit
   * @param compensation undoes it; {@link TransactionalCompensation#none()} when nothing is left to
   *     undo
   * @param type filled in by the compiler; leave it out
   * @throws StepFailed when it failed for good; then nothing of it happened
   */
  @SafeVarargs
  // The result is of the class the compiler filled in; a null is what the action itself returned.
  @SuppressWarnings({"unchecked", "varargs", "NullAway"})
  public final <T> T step(
      String name,
      TransactionalAction<T> action,
      TransactionalCompensation<? super T> compensation,
      T... type) {
    var undo =
        compensation == NothingToUndo.INSTANCE
            ? Undo.NOTHING
            : (Undo)
                result ->
                    new Work.Inside(
                        connection -> {
                          compensation.undo(connection, (T) result);
                          return null;
                        });
    return (T)
        steps.run(checked(name), new Work.Inside(action::run), undo, classOf(name, type), limits);
  }

  /**
   * A step outside this database that returns something, such as a call.
   *
   * @param name as for every step
   * @param compensation undoes it; {@link Compensation#none()} when nothing is left to undo
   * @param type filled in by the compiler; leave it out
   * @throws StepFailed when it failed for good; then it did not happen
   */
  @SafeVarargs
  // The result is of the class the compiler filled in; a null is what the action itself returned.
  @SuppressWarnings({"unchecked", "varargs", "NullAway"})
  public final <T> T step(
      String name, Action<T> action, Compensation<? super T> compensation, T... type) {
    var undo =
        compensation == NothingToUndo.INSTANCE
            ? Undo.NOTHING
            : (Undo)
                result ->
                    new Work.Outside(
                        () -> {
                          compensation.undo((T) result);
                          return null;
                        });
    return (T)
        steps.run(checked(name), new Work.Outside(action::run), undo, classOf(name, type), limits);
  }

  /** A step in this database that returns nothing. */
  public void step(String name, TransactionalEffect action, TransactionalEffect compensation) {
    steps.run(checked(name), inside(action), _ -> inside(compensation), Void.class, limits);
  }

  /** A step outside this database that returns nothing. */
  public void step(String name, Effect action, Effect compensation) {
    steps.run(checked(name), outside(action), _ -> outside(compensation), Void.class, limits);
  }

  /** A step in this database that returns nothing and leaves nothing to undo. */
  public void step(String name, TransactionalEffect action) {
    steps.run(checked(name), inside(action), Undo.NOTHING, Void.class, limits);
  }

  /** A step outside this database that returns nothing and leaves nothing to undo. */
  public void step(String name, Effect action) {
    steps.run(checked(name), outside(action), Undo.NOTHING, Void.class, limits);
  }

  /**
   * Runs branches beside each other and returns when all have; then each has its {@linkplain
   * Branch#result() result}.
   *
   * <p>When one fails, the others end the step they are in with a known outcome and begin no other;
   * then the first failure is thrown. If the body does not catch it, everything that was done is
   * undone in the reverse order in which it was recorded, whatever branch it belongs to.
   *
   * @throws StepFailed when a branch failed, whatever it threw
   * @throws IllegalArgumentException when two have the same name
   */
  public void parallel(Branch<?>... branches) {
    parallel(List.of(branches));
  }

  /** The same for as many branches as a list has. */
  public void parallel(List<? extends Branch<?>> branches) {
    var names = branches.stream().map(Branch::name).distinct().count();
    if (names < branches.size()) {
      throw new IllegalArgumentException(
          "Branches beside each other have different names; these have not: "
              + branches.stream().map(Branch::name).toList());
    }
    steps.parallel(branches);
  }

  /**
   * A saga of its own as a step: it is started, waited for as in {@link #sleep}, and returns what
   * its body returns. It runs where its definition has its version, with the retries and the time
   * that its own body says; when {@link #endWithin} ends this saga, it is cancelled.
   *
   * <p>To undo this step, the saga undoes itself by its own compensations, also when it has
   * completed. When this saga is cancelled, or a branch beside it fails, it is cancelled and its
   * end awaited first. In a branch it is started when the other branches wait too, or have ended.
   *
   * @param name as for every step
   * @param definition of the same {@link Sagas} as this one
   * @throws StepFailed when it is COMPENSATED, with why it failed
   * @throws IllegalArgumentException when the definition is of other sagas, or this was given a
   *     retry policy or a timeout for its steps
   */
  // The result is of the class of the definition's output; a null is what its body itself returned.
  @SuppressWarnings({"unchecked", "NullAway"})
  public <I, O> O child(String name, SagaDefinition<I, O> definition, I input) {
    if (!limits.equals(StepLimits.NONE)) {
      throw new IllegalArgumentException(
          "Saga " + definition.name() + " has the retries and the time that its own body says.");
    }
    return (O) steps.waits().child(checked(name), definition, input);
  }

  /**
   * Publishes an event exactly once. It commits with the next record of the saga, at the latest
   * with its end, and costs no commit of its own.
   */
  public <T> void publish(EventType<T> type, T payload) {
    publish(type, payload, Map.of());
  }

  /** Publishes an event exactly once, with metadata. */
  public <T> void publish(EventType<T> type, T payload, Map<String, ?> metadata) {
    steps.publish(NewEvent.of(type, payload).withMetadata(metadata));
  }

  /**
   * Waits. Once this is durable the saga is in nobody's hands, takes no thread and no memory, and
   * goes on at its time on whichever instance has its version: at most a tenth of a second late
   * while the instance that began the wait lives, else as after a takeover. The time runs in the
   * store. A cancellation ends the wait, and so does {@link #endWithin}.
   *
   * @throws IllegalArgumentException when it is not positive
   */
  public void sleep(Duration duration) {
    steps.waits().sleep(positive(duration));
  }

  /**
   * Waits for an event of this type and key as {@link #sleep} waits for a time. Events count that
   * were published since the saga was started, also those before the body came here; one event ends
   * one wait of a saga, the earliest first. What ended the wait is on record before the body goes
   * on. In a branch the wait begins when the other branches wait too, or have ended.
   *
   * @param type no pattern
   * @return the event; empty when the time was over first
   * @throws IllegalArgumentException when the type is a pattern, or the time not positive
   */
  public <T> Optional<Event<T>> await(EventType<T> type, String key, Duration timeout) {
    if (type.isPattern()) {
      throw new IllegalArgumentException(
          "A saga waits for events of one type; " + type.name() + " is a pattern.");
    }
    var event = steps.waits().event(new Awaited.Event(type.name(), key), positive(timeout));
    return Optional.ofNullable(event)
        .map(it -> it.with(type.payloadType().cast(steps.waits().payload(it, type.payloadType()))));
  }

  /** The time, the same on every replay. */
  public Instant now() {
    return steps.now();
  }

  /** A new id, a UUIDv7 that is the same on every replay. */
  public String newId() {
    return steps.newId();
  }

  /**
   * The key of the step or compensation that is being executed: the saga's id, a slash, and the
   * step's identity, for a compensation followed by {@code /undo}. The service client sends it by
   * itself; pass it on wherever else a receiver can tell a repeated request by it.
   *
   * @throws IllegalStateException outside of both
   */
  public String idempotencyKey() {
    return IdempotencyKey.current()
        .filter(key -> key.startsWith(id))
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "Only a step that is being executed has an idempotency key."));
  }

  private static Work inside(TransactionalEffect effect) {
    return new Work.Inside(
        connection -> {
          effect.run(connection);
          return null;
        });
  }

  private static Work outside(Effect effect) {
    return new Work.Outside(
        () -> {
          effect.run();
          return null;
        });
  }

  private static Duration positive(Duration timeout) {
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("A timeout is positive; this is not: " + timeout);
    }
    return timeout;
  }

  static String checked(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "The name of a step or branch has 1 to 64 letters, digits, dots, hyphens and underscores;"
              + " this is not one: "
              + name);
    }
    // Else a step of branch "a" would have the key of the compensation of step "a".
    if (name.equals("undo")) {
      throw new IllegalArgumentException(
          "No step or branch is named undo: that is what the keys of compensations end with.");
    }
    return name;
  }

  private static Class<?> classOf(String step, @Nullable Object[] type) {
    var result = type.getClass().getComponentType();
    if (result == Object.class || result.getTypeParameters().length > 0) {
      throw new IllegalArgumentException(
          "The result of step "
              + step
              + " is a "
              + result.getName()
              + ", whose JSON could not be read back; let it return a record.");
    }
    return result;
  }
}
