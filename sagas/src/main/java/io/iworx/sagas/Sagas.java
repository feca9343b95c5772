package io.iworx.sagas;

import io.iworx.eventbus.EventBus;
import io.iworx.sagas.spi.SagaOperations;
import io.iworx.sagas.spi.SagaStore;
import io.iworx.sagas.spi.StepRunner;

/**
 * Runs sagas for one service, embedded in it.
 *
 * <p>A saga that this instance starts runs here at once, on a virtual thread. When the process
 * dies, another instance with the same definition, or the next start of this one, goes on where it
 * stopped as soon as the lease has ended.
 *
 * <p>Cost on the good path, in transactions: at most one more than it has steps. The start commits
 * with a first step that takes the connection, or by itself before any other; then one for each
 * further step that takes the connection, one for each other step but the last, and one for the
 * end, which also commits the record of a last step that took no connection. Events that a saga
 * publishes share these. Beside that, one statement per instance every third of the lease.
 *
 * <p>Safe for any thread.
 */
public interface Sagas extends AutoCloseable {

  /** Sagas with default options; the bus and the store stay the caller's to close. */
  static Sagas create(EventBus bus, SagaStore store) {
    return create(bus, store, SagasOptions.defaults());
  }

  static Sagas create(EventBus bus, SagaStore store, SagasOptions options) {
    return create(bus, store, options, StepRunner.PLAIN);
  }

  /** Sagas whose steps are run by another than the engine: for test kits. */
  static Sagas create(EventBus bus, SagaStore store, SagasOptions options, StepRunner stepRunner) {
    return new SagaEngine(bus, store, options, stepRunner);
  }

  /**
   * Makes a saga known to this instance, and goes on at once with those of its name and version
   * that a dead instance left.
   *
   * @param name lower-case words and digits joined by {@code - _ .}, at most 64 characters
   * @param version from 1; raise it whenever the body takes other steps. Several may be defined at
   *     once, and an older one must stay as long as sagas of it are open
   * @throws IllegalArgumentException when the name is not such, or this version is defined already
   */
  <I, O> SagaDefinition<I, O> define(
      String name, int version, Class<I> inputType, Class<O> outputType, SagaBody<I, O> body);

  /** What an operator sees of sagas and can do with them, whichever instance runs them. */
  SagaOperations operations();

  /**
   * Stops after the step each saga is in, interrupting it when the time to close is over, and lets
   * other instances go on.
   */
  @Override
  void close();
}
