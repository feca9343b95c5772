package io.iworx.sagas.spi;

/** What a saga waits for, beside its time. */
public sealed interface Awaited {

  /**
   * An event.
   *
   * @param type its type's name
   * @param key its key
   */
  record Event(String type, String key) implements Awaited {}

  /**
   * The end of a child, which is started with the wait if it is not there yet.
   *
   * @param saga its {@linkplain NewSaga#parent() parent} is the one that waits
   */
  record Child(NewSaga saga) implements Awaited {}

  /**
   * The end of a child that is to be undone: cancelled if it runs, compensated if it has completed.
   *
   * @param sagaId the child's
   */
  record ChildUndone(String sagaId) implements Awaited {}
}
