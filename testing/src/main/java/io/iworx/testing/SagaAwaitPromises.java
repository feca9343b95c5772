package io.iworx.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iworx.eventbus.Event;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.NewEvent;
import io.iworx.sagas.Branch;
import io.iworx.sagas.Saga;
import io.iworx.sagas.SagaFailure;
import io.iworx.sagas.SagaResult.Compensated;
import io.iworx.sagas.SagaResult.Completed;
import io.iworx.sagas.SagaResult.Stuck;
import io.iworx.sagas.SagaRun;
import io.iworx.sagas.spi.StepRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Sagas that wait for an event, in nobody's hands. */
abstract class SagaAwaitPromises extends SagaParallelPromises {
  private static final Duration DAYS = Duration.ofDays(3);
  private static final Duration A_WHILE = Duration.ofMillis(300);
  private static final Duration STRAIGHT_AWAY = Duration.ofMillis(1);

  private final EventType<Note> approved = EventType.of("test." + name, Note.class);

  private void approve(String key, String text) {
    bus.publish(
        NewEvent.of(approved, new Note(text)).withKey(key).withMetadata(Map.of("by", "ada")));
  }

  private String text(Saga saga, String key, Duration timeout) {
    return saga.await(approved, key, timeout).map(it -> it.payload().text()).orElse("none");
  }

  private SagaRun<Note> started(Body body) {
    return define(sagas, 1, body).start("k", new Note("in"));
  }

  private void awaitWaiting(SagaRun<?> run) {
    await().until(() -> store().find(run.id()).orElseThrow().instance() == null);
  }

  @Test
  void goesOnWithTheEvent() {
    var run =
        started(
            (saga, _) -> {
              saga.step("one", () -> happen("one"), _ -> {});
              var event = saga.await(approved, "a", DAYS).orElseThrow();
              return saga.step("two", () -> happen(described(event)), _ -> {});
            });
    awaitWaiting(run);
    assertThat(sagas.operations().find(run.id()).orElseThrow().waitsFor())
        .contains("event " + approved.name() + " of a");
    approve("b", "not this");
    approve("a", "yes");

    assertThat(run.await(SOON)).isEqualTo(new Completed<>(new Note("yes a ada test-service")));
    assertThat(happened).containsExactly("one", "yes a ada test-service");
    assertThat(store().find(run.id()).orElseThrow().steps())
        .filteredOn(step -> step.step().equals("$await:" + approved.name()))
        .singleElement()
        .extracting(StepRecord::kind)
        .isEqualTo(StepRecord.Kind.NOTED);
  }

  private static String described(Event<Note> event) {
    return event.payload().text()
        + " "
        + event.key()
        + " "
        + event.metadata().get("by")
        + " "
        + event.service();
  }

  @Test
  void anEventThatCameBeforeTheBodyDidCounts() {
    var result =
        run(
            (saga, _) -> {
              saga.step("one", () -> approve("a", "early"));
              saga.sleep(A_WHILE);
              return text(saga, "a", DAYS);
            });
    assertThat(result).isEqualTo(new Completed<>(new Note("early")));
  }

  /** The subscription to the type begins with the other saga, which is younger than the event. */
  @Test
  void anEventFromBeforeAnotherSagaWasTheFirstToWaitCounts() {
    var goOn = new CountDownLatch(1);
    var older =
        started(
            (saga, _) -> {
              saga.step("one", () -> approve("a", "early"));
              saga.step("two", () -> assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue());
              return text(saga, "a", DAYS);
            });
    await().until(() -> steps(older).contains("one"));
    name += "-younger";
    var younger = started((saga, _) -> text(saga, "a", A_WHILE));
    assertThat(younger.await(SOON)).isEqualTo(new Completed<>(new Note("none")));
    goOn.countDown();

    assertThat(older.await(SOON)).isEqualTo(new Completed<>(new Note("early")));
  }

  @Test
  void noEventIsMissedHoweverItMeetsTheWait() throws Exception {
    var definition =
        define(
            sagas,
            1,
            (saga, input) -> {
              var one = Branch.of("one", it -> text(it, input.text() + "1", DAYS));
              var two = Branch.of("two", it -> text(it, input.text() + "2", DAYS));
              saga.parallel(one, two);
              return one.result() + two.result();
            });
    var runs = new ArrayList<SagaRun<Note>>();
    for (var i = 0; i < 30; i++) {
      runs.add(definition.start("k" + i, new Note("a" + i)));
    }
    var publishers = new ArrayList<Thread>();
    for (var key : List.of("1", "2")) {
      publishers.add(
          Thread.startVirtualThread(
              () -> IntStream.range(0, 30).forEach(i -> approve("a" + i + key, key))));
    }
    for (var publisher : publishers) {
      publisher.join();
    }
    assertThat(runs)
        .allSatisfy(run -> assertThat(run.await(SOON)).isEqualTo(new Completed<>(new Note("12"))));
  }

  @Test
  void anEventAndItsTimeEndAWaitOnce() {
    var definition =
        define(sagas, 1, (saga, _) -> text(saga, "a", STRAIGHT_AWAY) + text(saga, "a", A_WHILE));
    var runs = new ArrayList<SagaRun<Note>>();
    for (var i = 0; i < 20; i++) {
      runs.add(definition.start("k" + i, new Note("in")));
      approve("a", "x");
    }
    assertThat(runs)
        .allSatisfy(
            run -> {
              assertThat(run.await(SOON)).isInstanceOf(Completed.class);
              assertThat(steps(run)).hasSize(2).doesNotHaveDuplicates();
            });
  }

  @Test
  void theEndOfTheSagasTimeEndsTheWaitForAnEvent() {
    var result =
        run(
            (saga, _) -> {
              saga.endWithin(Duration.ofMillis(500));
              text(saga, "a", DAYS);
              return saga.step("two", () -> happen("two"), _ -> {});
            });
    assertThat(result)
        .isInstanceOfSatisfying(
            Compensated.class,
            it -> assertThat(it.failure().kind()).isEqualTo(SagaFailure.Kind.EXPIRED));
    assertThat(happened).isEmpty();
  }

  @Test
  void aPayloadOfAnotherShapeLeavesTheSagaStuckWithItsRecords() {
    var run = started((saga, _) -> text(saga, "a", DAYS));
    awaitWaiting(run);
    bus.publish(
        NewEvent.of(EventType.of(approved.name(), Shape.class), new Shape(List.of("x")))
            .withKey("a"));

    assertThat(run.await(SOON))
        .isInstanceOfSatisfying(
            Stuck.class, it -> assertThat(it.reason()).contains("The payload of event"));
    assertThat(steps(run)).containsExactly("$await:" + approved.name());
  }

  /** What no {@link Note} can be read from. */
  public record Shape(List<String> text) {}

  @Test
  void refusesToWaitForAPattern() {
    assertThat(run((saga, _) -> saga.await(EventType.matching("test.*"), "a", DAYS).toString()))
        .isInstanceOfSatisfying(
            Compensated.class, it -> assertThat(it.failure().message()).contains("pattern"));
  }

  @Test
  void anEventFromBeforeTheStartDoesNotCount() {
    approve("a", "old");
    assertThat(run((saga, _) -> text(saga, "a", A_WHILE)))
        .isEqualTo(new Completed<>(new Note("none")));
  }

  @Test
  void oneEventEndsOneWaitTheEarliestFirst() {
    var run =
        started(
            (saga, _) -> text(saga, "a", DAYS) + text(saga, "a", DAYS) + text(saga, "a", A_WHILE));
    awaitWaiting(run);
    approve("a", "1");
    approve("a", "2");

    assertThat(run.await(SOON)).isEqualTo(new Completed<>(new Note("12none")));
  }

  @Test
  void oneEventEndsTheWaitsOfManySagas() {
    var definition = define(sagas, 1, (saga, _) -> text(saga, "a", DAYS));
    var one = definition.start("1", new Note("in"));
    var two = definition.start("2", new Note("in"));
    awaitWaiting(one);
    awaitWaiting(two);
    approve("a", "yes");

    assertThat(one.await(SOON)).isEqualTo(new Completed<>(new Note("yes")));
    assertThat(two.await(SOON)).isEqualTo(new Completed<>(new Note("yes")));
  }

  @Test
  void anEventThatCameWhileNobodyWasThereIsFound() {
    Body body = (saga, _) -> text(saga, "a", DAYS);
    var run = started(body);
    awaitWaiting(run);
    sagas.close();
    approve("a", "meanwhile");
    define(instance(), 1, body);

    assertThat(run.await(SOON)).isEqualTo(new Completed<>(new Note("meanwhile")));
  }

  @Test
  void cancellingEndsTheWaitForAnEvent() {
    var run =
        started(
            (saga, _) -> {
              saga.step("one", () -> happen("one"), _ -> happen("undo one"));
              return text(saga, "a", DAYS);
            });
    awaitWaiting(run);
    sagas.operations().cancel(run.id(), "not wanted");

    assertThat(run.await(SOON))
        .isInstanceOfSatisfying(
            Compensated.class, it -> assertThat(it.failure().step()).isEqualTo(SagaFailure.CANCEL));
    assertThat(happened).containsExactly("one", "undo one");
  }

  @Test
  void branchesWaitBesideEachOtherEachForItsOwn() {
    var run =
        started(
            (saga, _) -> {
              var one = Branch.of("one", it -> text(it, "a", DAYS) + doing(it));
              var two = Branch.of("two", it -> text(it, "a", DAYS) + doing(it));
              var three =
                  Branch.of(
                      "three",
                      it -> {
                        it.sleep(A_WHILE);
                        return doing(it);
                      });
              saga.parallel(one, two, three);
              return one.result() + two.result() + three.result();
            });
    await().until(() -> happened.contains("three/do"));
    approve("a", "1");
    approve("a", "2");

    assertThat(run.await(SOON)).isInstanceOf(Completed.class);
    assertThat(happened).containsExactlyInAnyOrder("three/do", "one/do", "two/do");
    assertThat(store().find(run.id()).orElseThrow().output())
        .satisfiesAnyOf(
            it -> assertThat(it).contains("1one/do2two/do"),
            it -> assertThat(it).contains("2one/do1two/do"));
  }

  private String doing(Saga branch) {
    return branch.step(
        "do", () -> happen(branch.idempotencyKey().substring(branch.id().length() + 1)), _ -> {});
  }
}
