package io.iworx.postgres;

import io.iworx.sagas.SagaState;
import io.iworx.sagas.spi.NewSaga;
import io.iworx.sagas.spi.Progress;
import io.iworx.sagas.spi.SagaClaim;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What one thread has to write about one saga, and how far that is. */
final class SagaWrite {
  private final Content content;
  private final Thread thread = Thread.currentThread();
  private volatile State state = State.QUEUED;
  private volatile @Nullable SQLException failure;

  private SagaWrite(Content content) {
    this.content = content;
  }

  /** How far it is. */
  enum State {
    QUEUED,
    /** Its thread writes for all that wait. */
    LEADING,
    WRITTEN,
    /** Nothing of it is written: its thread goes on alone, and finds out why. */
    RELEASED,
    /** Whether it is written is not known. */
    UNKNOWN
  }

  /** What is written. */
  sealed interface Content {
    String sagaId();

    /** A new saga. */
    record Start(NewSaga saga, String instance) implements Content {
      @Override
      public String sagaId() {
        return saga.id();
      }
    }

    /** What its holder adds. */
    record Addition(SagaClaim claim, Progress progress) implements Content {
      @Override
      public String sagaId() {
        return claim.sagaId();
      }
    }
  }

  static SagaWrite start(NewSaga saga, String instance) {
    return new SagaWrite(new Content.Start(saga, instance));
  }

  static SagaWrite addition(SagaClaim claim, Progress progress) {
    return new SagaWrite(new Content.Addition(claim, progress));
  }

  /** Waiting and being stuck are rare, and are written alone. */
  static boolean isCommon(Progress progress) {
    var transition = progress.transition();
    return progress.waits().isEmpty() && (transition == null || transition.to() != SagaState.STUCK);
  }

  Content content() {
    return content;
  }

  State state() {
    return state;
  }

  @Nullable SQLException failure() {
    return failure;
  }

  void lead() {
    state = State.LEADING;
  }

  /** Tells its thread. */
  void tell(State newState, @Nullable SQLException why) {
    failure = why;
    state = newState;
    LockSupport.unpark(thread);
  }

  /** Until it is told; nothing else ends the waiting. */
  void await() {
    var interrupted = false;
    while (state == State.QUEUED) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      thread.interrupt();
    }
  }

  /** Writes it with a statement of its own; false when it was refused. */
  boolean write(Connection connection) throws SQLException {
    return switch (content) {
      case Content.Start(var saga, var instance) ->
          SagaRows.insert(connection, saga, instance).isPresent();
      case Content.Addition(var claim, var progress) ->
          SagaRecords.add(connection, claim, progress);
    };
  }
}
