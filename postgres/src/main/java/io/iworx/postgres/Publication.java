package io.iworx.postgres;

import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.LogEntry;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** The events of one caller on their way through {@link GroupCommit}, and who waits for them. */
final class Publication {
  /** How far it is. */
  sealed interface State {
    /** In the queue, from which its caller may still withdraw it. */
    record Queued() implements State {}

    /** Its caller is to write the next batch, its own events among others. */
    record Leading() implements State {}

    /** In a batch that is being written. */
    record Taken() implements State {}

    /** In the log. */
    record Stored(List<LogEntry> entries) implements State {}

    /** The batch failed, or could not say: its caller goes on by itself. */
    record Released(WriteFailure failure) implements State {}
  }

  private final List<Draft> drafts;
  private final long bytes;
  private final Thread caller = Thread.currentThread();
  private volatile State state = new State.Queued();

  Publication(List<Draft> drafts) {
    this.drafts = drafts;
    this.bytes = bytesOf(drafts);
  }

  private static long bytesOf(List<Draft> drafts) {
    long bytes = 0;
    for (Draft draft : drafts) {
      bytes += draft.payload().length() + draft.metadata().length();
    }
    return bytes;
  }

  List<Draft> drafts() {
    return drafts;
  }

  int events() {
    return drafts.size();
  }

  long bytes() {
    return bytes;
  }

  State state() {
    return state;
  }

  void to(State next) {
    state = next;
  }

  /** Tells the caller, who may be waiting. */
  void tell(State next) {
    state = next;
    LockSupport.unpark(caller);
  }
}
