package io.iworx.trace;

import io.iworx.trace.spi.TraceStore;

/**
 * Takes note of what happened, asynchronously and within bounds: it may drop entries under overload
 * and counts what it dropped, but never slows or fails the work it records. Safe for any thread,
 * including event loops.
 */
public interface TraceRecorder extends AutoCloseable {

  /**
   * Takes the entry, or drops and counts it when the buffer is full. Never blocks, never throws.
   */
  void record(TraceEntry entry);

  /** How many entries were dropped since the start: buffer full, or the store failed. */
  long dropped();

  /** Stores what is buffered, for at most a few seconds, then drops the rest. */
  @Override
  void close();

  /** Starts a recorder with the default options. */
  static TraceRecorder create(TraceStore store) {
    return create(store, TraceRecorderOptions.defaults());
  }

  /**
   * Starts a recorder: one virtual thread stores what is recorded, in batches, until it is closed.
   */
  static TraceRecorder create(TraceStore store, TraceRecorderOptions options) {
    return BufferedRecorder.start(store, options);
  }

  /** The recorder that keeps nothing. */
  static TraceRecorder none() {
    return NoRecorder.INSTANCE;
  }
}
