package io.iworx.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.NewEvent;
import io.iworx.eventbus.PermanentFailure;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.sagas.Branch;
import io.iworx.sagas.Compensation;
import io.iworx.sagas.Saga;
import io.iworx.sagas.SagaBody;
import io.iworx.sagas.SagaFailure;
import io.iworx.sagas.SagaResult.Compensated;
import io.iworx.sagas.SagaResult.Completed;
import io.iworx.sagas.SagaResult.Stuck;
import io.iworx.sagas.StepFailed;
import io.iworx.sagas.TransactionalCompensation;
import java.io.IOException;
import java.net.ConnectException;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SagaRehearsalTest {
  private static final EventType<Order> OPENED = EventType.of("order.opened", Order.class);
  private static final EventType<Seat> CHOSEN = EventType.of("seat.chosen", Seat.class);
  private static final Instant BEGIN = Instant.parse("2026-05-04T08:00:00.123456789Z");
  private static final Duration HOUR = Duration.ofHours(1);

  record Order(String id, int parts) {}

  record Seat(String number) {}

  /** Its secret does not survive JSON. */
  record Forgetful(String kept, @JsonIgnore @Nullable String secret) {}

  private static SagaRehearsal<Order, Order> of(SagaBody<Order, Order> body) {
    return SagaRehearsal.of(sagas -> sagas.define("open", 1, Order.class, Order.class, body));
  }

  private static Order open(Saga saga, Order order) {
    var created = saga.step("create", connection -> insert(connection, order), (_, _) -> notHere());
    saga.publish(OPENED, created);
    saga.step("reserve", SagaRehearsalTest::notHere, SagaRehearsalTest::notHere);
    saga.step("close", connection -> insert(connection, order), TransactionalCompensation.none());
    return created;
  }

  private static Order insert(Connection connection, Order order) throws Exception {
    connection.prepareStatement("INSERT …").close();
    return order;
  }

  private static void notHere() {
    throw new IllegalStateException("No step is to run that was given an outcome.");
  }

  private final Order order = new Order("o-1", 2);

  @Test
  void stepsHaveTheOutcomesTheyAreGiven() {
    var rehearsed =
        of(SagaRehearsalTest::open)
            .returns("create", order)
            .returns("reserve", null)
            .returns("close", order)
            .run(order);

    assertThat(rehearsed.result()).isEqualTo(new Completed<>(order));
    assertThat(rehearsed.done()).containsExactly("create", "reserve", "close");
    assertThat(rehearsed.published()).extracting(LogEntry::type).containsExactly("order.opened");
    assertThat(rehearsed.compensated()).isEmpty();
  }

  @Test
  void whatWasDoneIsCompensated() {
    var rehearsed =
        of(SagaRehearsalTest::open)
            .returns("create", order)
            .returns("reserve", null)
            .fails("close", new PermanentFailure("closed for today"))
            .run(order);

    assertThat(rehearsed.result())
        .isInstanceOfSatisfying(
            Compensated.class, it -> assertThat(it.failure().step()).isEqualTo("close"));
    assertThat(rehearsed.compensated()).containsExactly("reserve", "create");
    assertThat(rehearsed.executed())
        .containsExactly("create", "reserve", "close", "reserve/undo", "create/undo");
  }

  @Test
  void anAttemptAfterTheOtherHasItsOutcome() {
    var rehearsed =
        of(SagaRehearsalTest::open)
            .returns("create", order)
            .fails("reserve", new ConnectException("refused"))
            .fails("reserve", new ConnectException("refused"))
            .returns("reserve", null)
            .returns("close", order)
            .run(order);

    assertThat(rehearsed.result()).isInstanceOf(Completed.class);
    assertThat(rehearsed.executed())
        .containsExactly("create", "reserve", "reserve", "reserve", "close");
  }

  @Test
  void whatMayHaveHappenedIsStuck() {
    var rehearsed =
        of(SagaRehearsalTest::open)
            .returns("create", order)
            .fails("reserve", new IOException("no answer"))
            .run(order);

    assertThat(rehearsed.result()).isInstanceOf(Stuck.class);
    assertThat(rehearsed.compensated()).isEmpty();
  }

  @Test
  void aCompensationMayFailToo() {
    var rehearsed =
        of(SagaRehearsalTest::open)
            .returns("create", order)
            .returns("reserve", null)
            .fails("close", new PermanentFailure("closed"))
            .fails("reserve/undo", new PermanentFailure("gone"))
            .run(order);

    assertThat(rehearsed.result())
        .isInstanceOfSatisfying(
            Stuck.class, it -> assertThat(it.reason()).contains("could not be undone"));
  }

  @Test
  void timePassesOnlyWhereItIsTold() {
    var start = Instant.parse("2026-03-01T00:00:00Z");
    var rehearsed =
        of((saga, in) -> {
              saga.endWithin(Duration.ofDays(40));
              saga.step("invoice", () -> "sent", Compensation.none());
              saga.sleep(Duration.ofDays(30));
              saga.step("remind", () -> "reminded", Compensation.none());
              saga.step("collect", () -> "collected", Compensation.none());
              return in;
            })
            .at(start)
            .takes("remind", Duration.ofDays(11))
            .run(order);

    assertThat(rehearsed.result())
        .isInstanceOfSatisfying(
            Compensated.class,
            it -> {
              assertThat(it.failure().step()).isEqualTo("collect");
              assertThat(it.failure().kind()).isEqualTo(SagaFailure.Kind.EXPIRED);
            });
    assertThat(rehearsed.endedAt()).isEqualTo(start.plus(Duration.ofDays(41)));
  }

  @Test
  void aBodyMayGoAnotherWay() {
    var rehearsed =
        of((saga, in) -> {
              try {
                saga.step("window", () -> new Seat("1A"), Compensation.none());
              } catch (StepFailed e) {
                saga.step("aisle", () -> new Seat("1C"), Compensation.none());
              }
              return in;
            })
            .fails("window", new PermanentFailure("taken"))
            .run(order);

    assertThat(rehearsed.result()).isInstanceOf(Completed.class);
    assertThat(rehearsed.done()).containsExactly("aisle");
  }

  @Test
  void aResultThatDoesNotSurviveJsonFails() {
    var rehearsal =
        of(
            (saga, in) -> {
              saga.step("login", () -> new Forgetful("a", "b"), Compensation.none());
              return in;
            });

    assertThatThrownBy(() -> rehearsal.run(order))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("login")
        .hasMessageContaining("does not survive JSON")
        .hasMessageContaining("secret=b");
  }

  @Test
  void aBodyThatDependsOnWhatIsNotRecordedFails() {
    var runs = new AtomicInteger();
    var rehearsal =
        of(
            (saga, in) -> {
              var odd = runs.incrementAndGet() % 2 == 1;
              saga.step("one", () -> "1", Compensation.none());
              saga.step(odd ? "two" : "zwei", () -> "2", Compensation.none());
              return in;
            });

    assertThatThrownBy(() -> rehearsal.run(order))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("went another way");
  }

  @Test
  void aStepThatTakesTheConnectionMustBeGivenAnOutcome() {
    var rehearsed = of(SagaRehearsalTest::open).run(order);

    assertThat(rehearsed.result())
        .isInstanceOfSatisfying(
            Compensated.class,
            it -> assertThat(it.failure().message()).contains("give this step an outcome"));
  }

  private static SagaRehearsal<Order, Order> shipping() {
    return SagaRehearsal.of(
        sagas -> {
          var pay =
              sagas.define(
                  "pay",
                  1,
                  Order.class,
                  Order.class,
                  (saga, input) -> {
                    saga.step("charge", SagaRehearsalTest::notHere, SagaRehearsalTest::notHere);
                    saga.sleep(Duration.ofDays(2));
                    return input;
                  });
          return sagas.define(
              "ship",
              1,
              Order.class,
              Order.class,
              (saga, input) -> {
                var paid = saga.child("pay", pay, input);
                saga.step("pack", SagaRehearsalTest::notHere, SagaRehearsalTest::notHere);
                return paid;
              });
        });
  }

  @Test
  void aChildIsRehearsedWithItsParentAndItsTimePasses() {
    var begin = Instant.parse("2026-04-09T00:00:00Z");
    var rehearsed = shipping().at(begin).returns("charge", null).returns("pack", null).run(order);

    assertThat(rehearsed.result()).isEqualTo(new Completed<>(order));
    assertThat(rehearsed.executed()).containsExactly("charge", "pack");
    assertThat(rehearsed.done()).containsExactly("pay", "pack");
    assertThat(rehearsed.endedAt()).isEqualTo(begin.plus(Duration.ofDays(2)));
  }

  @Test
  void aChildThatHasCompletedIsUndoneFromWhereverItIsResumed() {
    var rehearsed =
        shipping().returns("charge", null).fails("pack", new PermanentFailure("no box")).run(order);

    assertThat(rehearsed.result()).isInstanceOf(Compensated.class);
    assertThat(rehearsed.executed()).containsExactly("charge", "pack", "charge/undo");
    assertThat(rehearsed.compensated()).containsExactly("pay");
  }

  private static NewEvent<Seat> chosen(String number) {
    return NewEvent.of(CHOSEN, new Seat(number)).withKey("o-1");
  }

  private static String seat(Saga saga) {
    return saga.await(CHOSEN, "o-1", HOUR).map(it -> it.payload().number()).orElse("none");
  }

  /** Chooses twice, and says so. */
  private static SagaRehearsal<Order, String> choosing() {
    SagaBody<Order, String> body =
        (saga, _) -> {
          saga.step("ask", SagaRehearsalTest::notHere, SagaRehearsalTest::notHere);
          var first = seat(saga);
          saga.step("book", SagaRehearsalTest::notHere, SagaRehearsalTest::notHere);
          return first + " " + seat(saga);
        };
    return SagaRehearsal.<Order, String>of(
            sagas -> sagas.define("choose", 1, Order.class, String.class, body))
        .at(BEGIN)
        .returns("ask", null)
        .returns("book", null);
  }

  @Test
  void anEventComesAtItsMoment() {
    var rehearsed =
        choosing()
            .comes(chosen("2B"), Duration.ofMinutes(90))
            .comes(chosen("1A"), Duration.ofMinutes(50))
            .run(order);

    assertThat(rehearsed.result()).isEqualTo(new Completed<>("1A 2B"));
    assertThat(rehearsed.endedAt()).isEqualTo(BEGIN.plus(Duration.ofMinutes(90)));
    assertThat(rehearsed.published()).isEmpty();
  }

  @Test
  void anEventMayComeBeforeTheBodyDoes() {
    var rehearsed =
        choosing()
            .takes("ask", Duration.ofDays(1))
            .comes(chosen("1A"), Duration.ZERO)
            .comes(chosen("2B"), Duration.ofHours(20))
            .run(order);

    assertThat(rehearsed.result()).isEqualTo(new Completed<>("1A 2B"));
    assertThat(rehearsed.endedAt()).isEqualTo(BEGIN.plus(Duration.ofDays(1)));
  }

  @Test
  void withoutAnEventTheTimeEndsAWait() {
    var rehearsed =
        choosing()
            .comes(chosen("1A").withKey("o-2"), Duration.ZERO)
            .comes(chosen("1B"), Duration.ofMinutes(30))
            .run(order);

    assertThat(rehearsed.result()).isEqualTo(new Completed<>("1B none"));
    assertThat(rehearsed.endedAt()).isEqualTo(BEGIN.plus(Duration.ofMinutes(90)));
  }

  @Test
  void anEventThatComesWhenTheTimeIsOverIsForTheNextWait() {
    var rehearsed = choosing().comes(chosen("1A"), HOUR).run(order);

    assertThat(rehearsed.result()).isEqualTo(new Completed<>("none 1A"));
    assertThat(rehearsed.endedAt()).isEqualTo(BEGIN.plus(HOUR));
  }

  @Test
  void whatAnEventBroughtIsUndoneToo() {
    var rehearsed =
        of((saga, in) -> {
              var seat = seat(saga);
              saga.step("reserve", () -> seat, it -> assertThat(it).isEqualTo("1A"));
              saga.step("pay", SagaRehearsalTest::notHere, SagaRehearsalTest::notHere);
              return in;
            })
            .comes(chosen("1A"), Duration.ofMinutes(5))
            .fails("pay", new PermanentFailure("no money"))
            .run(order);

    assertThat(rehearsed.result()).isInstanceOf(Compensated.class);
    assertThat(rehearsed.compensated()).containsExactly("reserve");
  }

  @Test
  void branchesMayEachWaitForAnEventOfTheirOwn() {
    var rehearsed =
        of((saga, in) -> {
              var ours = Branch.of("ours", it -> seat(it));
              var theirs =
                  Branch.of("theirs", it -> it.await(CHOSEN, "o-2", HOUR).orElseThrow().key());
              saga.parallel(ours, theirs);
              return new Order(theirs.result() + ours.result(), in.parts());
            })
            .comes(chosen("1A").withKey("o-2"), Duration.ofMinutes(7))
            .comes(chosen("1C"), Duration.ofMinutes(9))
            .run(order);

    assertThat(rehearsed.result()).isEqualTo(new Completed<>(new Order("o-21C", 2)));
  }

  @Test
  void aSagaMayWaitForWhatItPublishedItself() {
    var rehearsed =
        of((saga, in) -> {
              saga.publish(CHOSEN.keyedBy("number"), new Seat("o-1"));
              saga.step("ask", () -> "asked", Compensation.none());
              saga.sleep(HOUR);
              return new Order(seat(saga), 1);
            })
            .run(order);

    assertThat(rehearsed.result()).isEqualTo(new Completed<>(new Order("o-1", 1)));
    assertThat(rehearsed.published()).hasSize(1);
  }

  @Test
  void aBodyThatTakesAnEventForAnotherFails() {
    var runs = new AtomicInteger();
    var rehearsal =
        of((saga, in) -> {
              var key = runs.incrementAndGet() == 1 ? "o-1" : "o-2";
              var event = saga.await(CHOSEN, key, HOUR);
              if (event.isPresent()) {
                saga.step("book", () -> "booked", Compensation.none());
              }
              return in;
            })
            .comes(chosen("1A"), Duration.ofMinutes(1));

    assertThatThrownBy(() -> rehearsal.run(order))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("went another way");
  }

  @Test
  void refusesAnEventFromBeforeTheStart() {
    assertThatThrownBy(() -> choosing().comes(chosen("1A"), Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT1S before it");
  }
}
