package io.iworx.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.eventbus.EventConflictException;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Slice;
import io.iworx.eventbus.spi.SubscriptionDefinition;
import io.iworx.eventbus.spi.SubscriptionStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** The suite finds what it is there to find: logs with one planted fault each do not pass it. */
class EventLogContractTest {

  /** The suite on a log in memory that is changed in one point. */
  private static final class Suite extends EventLogContract {
    private final UnaryOperator<EventLog> fault;

    Suite(UnaryOperator<EventLog> fault) {
      this.fault = fault;
    }

    @Override
    protected EventLog newLog() {
      return fault.apply(InMemoryEventLog.create());
    }

    @Override
    protected EventLog reopened(EventLog log) {
      return log;
    }

    @Override
    protected Connection openTransaction() throws SQLException {
      throw new SQLException("There is no database behind a log in memory.");
    }

    @Override
    protected Connection openOwnDatabase() throws SQLException {
      throw new SQLException("There is no inbox beside a log in memory.");
    }
  }

  /** The port's call as it arrives, to be answered otherwise. */
  private interface Fault {
    @Nullable Object answer(String method, Object[] arguments, Call real) throws Throwable;
  }

  private interface Call {
    @Nullable Object go(Object... arguments) throws Throwable;
  }

  @SuppressWarnings("unchecked")
  private static <P> P faulty(Class<P> port, P real, Fault fault) {
    return (P)
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (_, method, arguments) ->
                fault.answer(
                    method.getName(),
                    arguments == null ? new Object[0] : arguments,
                    changed -> {
                      try {
                        return method.invoke(real, changed);
                      } catch (InvocationTargetException e) {
                        throw e.getCause();
                      }
                    }));
  }

  private static Suite withLog(Fault fault) {
    return new Suite(log -> faulty(EventLog.class, log, fault));
  }

  private static Suite withStore(Fault fault) {
    return new Suite(
        log -> {
          var store = faulty(SubscriptionStore.class, log.subscriptions(), fault);
          return faulty(
              EventLog.class,
              log,
              (method, arguments, real) ->
                  method.equals("subscriptions") ? store : real.go(arguments));
        });
  }

  private static void assertCaught(ThrowingCallable promise) {
    assertThatThrownBy(promise).isInstanceOf(AssertionError.class);
  }

  @Test
  void passesALogWithoutAFault() {
    var suite = withLog((_, arguments, real) -> real.go(arguments));
    assertThatCode(suite::appendsTheSameIdOnceWithinOneCall).doesNotThrowAnyException();
    assertThatCode(
            withStore((_, arguments, real) -> real.go(arguments))
                ::keepsTheCheckpointOfASubscriptionThatExists)
        .doesNotThrowAnyException();
  }

  @Test
  void reportsWhatALogDoesNotOfferAsAborted() {
    assertThatThrownBy(new Suite(log -> log)::neverDeliversWhatIsRolledBack)
        .isInstanceOf(TestAbortedException.class)
        .hasMessageContaining("not offered: CALLER_TRANSACTION");
  }

  @Test
  void catchesALogThatAppendsTwice() {
    assertCaught(
        withLog(
                (method, arguments, real) -> {
                  if (method.equals("append")) {
                    var fresh = ((List<?>) arguments[0]).stream().map(Draft.class::cast);
                    return real.go(fresh.map(EventLogContractTest::renamed).toList());
                  }
                  return real.go(arguments);
                })
            ::appendsTheSameIdOnceWithinOneCall);
  }

  private static Draft renamed(Draft draft) {
    return new Draft(
        draft.id() + System.nanoTime(),
        draft.type(),
        draft.service(),
        draft.correlation(),
        draft.key(),
        draft.payload(),
        draft.metadata());
  }

  @Test
  void catchesALogThatSkipsAnEvent() {
    assertCaught(
        withLog(
                (method, arguments, real) -> {
                  var answer = real.go(arguments);
                  return answer instanceof Slice(var entries, var upTo, var known)
                          && entries.size() == 10
                      ? new Slice(entries.subList(1, entries.size()), upTo, known)
                      : answer;
                })
            ::readsSliceBySliceWithoutGapOrRepetition);
  }

  @Test
  void catchesAStoreThatLetsTwoInstancesDeliver() {
    assertCaught(
        withStore(
                (method, arguments, real) -> {
                  if (method.equals("claim")) {
                    var definition = (SubscriptionDefinition) arguments[0];
                    return List.of(
                        new Claim(
                            definition.name(),
                            0,
                            1,
                            (String) arguments[1],
                            1,
                            Checkpoint.BEGINNING,
                            List.of(),
                            false,
                            (Duration) arguments[2],
                            Instant.EPOCH));
                  }
                  return real.go(arguments);
                })
            ::givesAPartitionToOneInstanceAtATime);
  }

  @Test
  void catchesAStoreThatAcceptsAStaleClaim() {
    assertCaught(
        withStore(
                (method, arguments, real) -> {
                  var answer = real.go(arguments);
                  return method.equals("advance") ? List.of() : answer; // as if all were fine
                })
            ::letsAnotherInstanceTakeOverAfterTheLeaseAndRefusesTheStaleOne);
  }

  @Test
  void catchesAStoreThatForgetsCheckpoints() {
    assertCaught(
        withStore(
                (method, arguments, real) ->
                    method.equals("advance") ? List.of() : real.go(arguments))
            ::keepsTheCheckpointOfASubscriptionThatExists);
  }

  @Test
  void catchesALogThatIgnoresConflicts() {
    assertCaught(
        withLog(
                (method, arguments, real) -> {
                  try {
                    return real.go(arguments);
                  } catch (EventConflictException e) {
                    return List.<LogEntry>of();
                  }
                })
            ::refusesAnotherEventUnderAnIdThatIsTaken);
  }

  @Test
  void keepsItsLogForTheWholeTest() throws Exception {
    var suite = new Suite(log -> log);
    assertThat(suite.log()).isSameAs(suite.log());
    suite.closeAll();
  }
}
