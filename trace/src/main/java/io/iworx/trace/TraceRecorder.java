package io.iworx.trace;

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

  /** The recorder that keeps nothing. */
  static TraceRecorder none() {
    return NoRecorder.INSTANCE;
  }
}
