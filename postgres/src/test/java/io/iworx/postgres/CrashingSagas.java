package io.iworx.postgres;

import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.PermanentFailure;
import io.iworx.sagas.Saga;
import io.iworx.sagas.SagaDefinition;
import io.iworx.sagas.SagaState;
import io.iworx.sagas.Sagas;
import io.iworx.sagas.SagasOptions;
import io.iworx.sagas.spi.DefinitionVersion;
import io.iworx.sagas.spi.NewSaga;
import io.iworx.sagas.spi.Progress;
import io.iworx.sagas.spi.SagaClaim;
import io.iworx.sagas.spi.SagaOperations;
import io.iworx.sagas.spi.SagaStore;
import io.iworx.sagas.spi.SagaWork;
import io.iworx.sagas.spi.StoredSaga;
import io.iworx.sagas.spi.TakenOver;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;

/**
 * The process that dies: runs a saga of three steps and halts, as {@code kill -9} would, when it
 * reaches a numbered moment. Moments are before and after each commit and each outside call.
 *
 * <p>Arguments: JDBC URL, user, password, definition (also the key), the moment to die at, the
 * lease in milliseconds.
 */
final class CrashingSagas {
  /** As an operating system reports a killed process. */
  static final int KILLED = 137;

  static final EventType<Input> HAPPENED = EventType.of("test.happened", Input.class);

  private CrashingSagas() {}

  /**
   * What the saga is to do.
   *
   * @param fail whether its last step refuses, so that everything is undone
   * @param forgetKeys a planted fault: outside calls get a fresh key on each attempt
   */
  record Input(String name, boolean fail, boolean forgetKeys) {}

  public static void main(String[] arguments) throws Exception {
    var moments = new Moments(Integer.parseInt(arguments[4]));
    try (var pool = ConnectionPool.open(arguments[0], arguments[1], arguments[2], 4);
        var log = PostgresEventLog.create(pool);
        var bus = EventBus.create("crashing", log);
        var sagas =
            Sagas.create(
                bus,
                new CrashingStore(PostgresSagaStore.create(pool), moments),
                SagasOptions.defaults()
                    .withLease(Duration.ofMillis(Long.parseLong(arguments[5]))))) {
      define(sagas, arguments[3], new OutsideService(pool, false), moments)
          .start(arguments[3], input(arguments[3]))
          .await(Duration.ofSeconds(30));
    }
  }

  /** What a definition is to do is in its name. */
  static Input input(String definition) {
    return new Input(definition, definition.contains("undo"), definition.contains("forgetful"));
  }

  /** The same saga in the process that dies and in the one that goes on. */
  static SagaDefinition<Input, String> define(
      Sagas sagas, String definition, OutsideService outside, Moments moments) {
    return sagas.define(
        definition,
        1,
        Input.class,
        String.class,
        (saga, in) -> {
          var id = saga.newId();
          saga.step(
              "create",
              connection -> insert(connection, in.name() + " create"),
              connection -> insert(connection, in.name() + " undo create"));
          saga.publish(HAPPENED, in);
          saga.step(
              "reserve",
              () -> outside.call(key(saga, in), in.name() + " reserve", moments),
              () -> outside.call(key(saga, in), in.name() + " undo reserve", moments));
          saga.sleep(Duration.ofMillis(1));
          saga.step(
              "notify",
              () -> outside.call(key(saga, in), in.name() + " notify", moments),
              () -> outside.call(key(saga, in), in.name() + " undo notify", moments));
          saga.step(
              "close",
              connection -> {
                insert(connection, in.name() + " close");
                if (in.fail()) {
                  throw new PermanentFailure("refused");
                }
              });
          return id;
        });
  }

  private static String key(Saga saga, Input in) {
    return in.forgetKeys() ? saga.idempotencyKey() + System.nanoTime() : saga.idempotencyKey();
  }

  private static void insert(Connection connection, String name) throws SQLException {
    try (var statement = connection.prepareStatement("INSERT INTO effects (name) VALUES (?)")) {
      statement.setString(1, name);
      statement.executeUpdate();
    }
  }

  /** Counts the moments of a process and ends it at one of them. */
  static final class Moments {
    private final int last;
    private int count;

    Moments(int last) {
      this.last = last;
    }

    /** Moments that never end the process. */
    static Moments harmless() {
      return new Moments(Integer.MAX_VALUE);
    }

    synchronized void pass() {
      if (++count == last) {
        Runtime.getRuntime().halt(KILLED);
      }
    }
  }

  /**
   * Another service, with its own transactions, that does once what it is asked under one key.
   *
   * @param refusing whether something before it refuses every step by now, whatever came of earlier
   *     requests with the key, as with a credential that has expired
   */
  record OutsideService(DataSource dataSource, boolean refusing) {
    void call(String key, String name, Moments moments) throws SQLException {
      moments.pass();
      if (refusing && !name.contains(" undo ")) {
        throw new PermanentFailure("401 Unauthorized");
      }
      try (var connection = dataSource.getConnection();
          var statement =
              connection.prepareStatement(
                  """
                  WITH seen AS (
                    INSERT INTO outside_keys (key) VALUES (?) ON CONFLICT DO NOTHING RETURNING key)
                  INSERT INTO effects (name) SELECT ? FROM seen
                  """)) {
        statement.setString(1, key);
        statement.setString(2, name);
        statement.executeUpdate();
      }
      moments.pass();
    }
  }

  /** A store whose process may die right before and right after each commit. */
  record CrashingStore(SagaStore store, Moments moments) implements SagaStore {
    @Override
    public Set<Feature> features() {
      return store.features();
    }

    @Override
    public StoredSaga start(NewSaga saga, String instance) {
      moments.pass();
      var started = store.start(saga, instance);
      moments.pass();
      return started;
    }

    @Override
    public StoredSaga startIn(Connection connection, NewSaga saga) {
      return store.startIn(connection, saga);
    }

    @Override
    public StoredSaga startWith(NewSaga saga, SagaClaim claim, SagaWork work) throws Exception {
      moments.pass();
      var started =
          store.startWith(
              saga,
              claim,
              connection -> {
                var progress = work.run(connection);
                moments.pass();
                return progress;
              });
      moments.pass();
      return started;
    }

    @Override
    public TakenOver claim(
        String instance, Duration lease, Set<DefinitionVersion> definitions, int limit) {
      return store.claim(instance, lease, definitions, limit);
    }

    @Override
    public void commit(SagaClaim claim, Progress progress) {
      moments.pass();
      store.commit(claim, progress);
      moments.pass();
    }

    @Override
    public void commitIn(SagaClaim claim, SagaWork work) throws Exception {
      store.commitIn(
          claim,
          connection -> {
            var progress = work.run(connection);
            moments.pass();
            return progress;
          });
      moments.pass();
    }

    @Override
    public SagaOperations operations() {
      return store.operations();
    }

    @Override
    public void release(String instance) {
      store.release(instance);
    }

    @Override
    public Optional<StoredSaga> find(String sagaId) {
      return store.find(sagaId);
    }

    @Override
    public Set<String> ended(Set<String> sagaIds) {
      return store.ended(sagaIds);
    }

    @Override
    public List<StoredSaga> list(Set<SagaState> states, int limit) {
      return store.list(states, limit);
    }
  }
}
