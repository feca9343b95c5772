package io.iworx.testing;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.iworx.correlation.ClassifiedFailure;
import io.iworx.correlation.FailureKind;
import io.iworx.correlation.Uuid7;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.sagas.RetryPolicy;
import io.iworx.sagas.Saga;
import io.iworx.sagas.SagaDefinition;
import io.iworx.sagas.SagaResult;
import io.iworx.sagas.SagaRun;
import io.iworx.sagas.Sagas;
import io.iworx.sagas.SagasOptions;
import io.iworx.sagas.spi.SagaStore;
import io.iworx.sagas.spi.StepRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the tests of sagas share: a bus and instances on the store under test, and bodies that tell.
 */
abstract class SagasFixture {
  static final Duration SOON = Duration.ofSeconds(20);
  static final int COMPENSATION_ATTEMPTS = 5;
  static final RetryPolicy PATIENT =
      new RetryPolicy(COMPENSATION_ATTEMPTS, Duration.ofMillis(1), Duration.ofMillis(2));
  static final RetryPolicy QUICK = new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(2));
  static final EventType<Note> NOTED = EventType.of("test.noted", Note.class);

  String name = "saga-" + Uuid7.next();
  final List<String> happened = new CopyOnWriteArrayList<>();
  final List<Sagas> opened = new ArrayList<>();
  EventBus bus;
  Sagas sagas;

  /** What steps of the tests take and return. */
  public record Note(String text) {}

  /** The store under test; others may use it at the same time. */
  protected abstract SagaStore store();

  /** A log in the same database as the store. */
  protected abstract EventLog log();

  /** A table of effects in the store's database; null when it has none. */
  protected abstract @Nullable Effects effects();

  /** An exception of a kind. */
  static final class Failing extends RuntimeException implements ClassifiedFailure {
    private final transient FailureKind kind;

    Failing(FailureKind kind, String message) {
      super(message);
      this.kind = kind;
    }

    @Override
    public FailureKind kind() {
      return kind;
    }

    @Override
    public String code() {
      return "409";
    }

    @Override
    public String detail() {
      return "{\"missing\":2}";
    }
  }

  @BeforeEach
  protected void open() {
    bus = EventBus.create("test-service", log());
    sagas = instance();
  }

  @AfterEach
  protected void close() {
    opened.forEach(Sagas::close);
    bus.close();
  }

  /** As for another test: instances, definitions and what happened are new. */
  void reopen() {
    close();
    opened.clear();
    happened.clear();
    name = "saga-" + Uuid7.next();
    open();
  }

  Sagas instance() {
    return instance(store());
  }

  Sagas instance(SagaStore store) {
    var instance =
        Sagas.create(
            bus,
            store,
            SagasOptions.defaults()
                .withLease(Duration.ofSeconds(2))
                .withCloseTimeout(Duration.ofMillis(100))
                .withStepRetry(QUICK)
                .withCompensationRetry(PATIENT));
    opened.add(instance);
    return instance;
  }

  /** A body of the tests. */
  @FunctionalInterface
  interface Body {
    String run(Saga saga, Note input) throws Exception;
  }

  SagaDefinition<Note, Note> define(Sagas instance, int version, Body body) {
    return instance.define(
        name, version, Note.class, Note.class, (saga, input) -> new Note(body.run(saga, input)));
  }

  SagaResult<Note> run(Body body) {
    return define(sagas, 1, body).start("k", new Note("in")).await(SOON);
  }

  String happen(String what) {
    happened.add(what);
    return what;
  }

  static void fail(FailureKind kind) {
    throw new Failing(kind, "It is " + kind.getClass().getSimpleName() + ".");
  }

  Effects offeredEffects() {
    var effects = effects();
    assumeTrue(
        effects != null && store().features().contains(SagaStore.Feature.CALLER_TRANSACTION),
        "not offered: CALLER_TRANSACTION");
    return effects;
  }

  List<String> steps(SagaRun<?> run) {
    return store().find(run.id()).orElseThrow().steps().stream().map(StepRecord::step).toList();
  }

  /** The saga's events, once there are so many: a reader may see them a moment later. */
  List<LogEntry> published(SagaRun<?> run, int count) {
    return await()
        .until(
            () ->
                log().read(io.iworx.eventbus.spi.Checkpoint.BEGINNING, 100_000).entries().stream()
                    .filter(it -> run.id().equals(it.causationId()))
                    .toList(),
            found -> found.size() >= count);
  }
}
