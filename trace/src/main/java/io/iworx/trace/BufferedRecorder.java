package io.iworx.trace;

import io.iworx.trace.spi.TraceStore;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Buffers entries and stores them in batches from one virtual thread. */
final class BufferedRecorder implements TraceRecorder {
  private static final Logger log = LoggerFactory.getLogger(BufferedRecorder.class);

  private static final Duration GRACE_AFTER_INTERRUPT = Duration.ofMillis(200);

  private final TraceStore store;
  private final TraceRecorderOptions options;
  private final EntryBuffer buffer;
  private final AtomicLong dropped = new AtomicLong();
  private final Thread writer;
  private volatile boolean givenUp;
  private boolean storeFailing; // the writer's own

  private BufferedRecorder(TraceStore store, TraceRecorderOptions options) {
    this.store = store;
    this.options = options;
    this.buffer = new EntryBuffer(options);
    this.writer = Thread.ofVirtual().name("trace-recorder").unstarted(this::write);
  }

  static BufferedRecorder start(TraceStore store, TraceRecorderOptions options) {
    var recorder = new BufferedRecorder(store, options);
    recorder.writer.start();
    return recorder;
  }

  @Override
  public void record(TraceEntry entry) {
    if (!buffer.add(entry)) {
      dropped.incrementAndGet();
    }
  }

  @Override
  public long dropped() {
    return dropped.get();
  }

  @Override
  public void close() {
    buffer.close();
    try {
      if (!writer.join(options.closeTimeout())) {
        giveUp();
        writer.join(GRACE_AFTER_INTERRUPT); // to count what it had in hand
        log.warn(
            "The trace store did not take the last entries within {} ms; they are dropped.",
            options.closeTimeout().toMillis());
      }
    } catch (InterruptedException e) {
      giveUp();
      Thread.currentThread().interrupt();
    }
    dropped.addAndGet(buffer.clear());
  }

  private void giveUp() {
    givenUp = true;
    writer.interrupt();
  }

  private void write() {
    try {
      var batch = buffer.nextBatch();
      while (!batch.isEmpty() && !givenUp) {
        store(batch);
        batch = buffer.nextBatch();
      }
      dropped.addAndGet(batch.size());
    } catch (InterruptedException e) {
      // closed while the store was slow: close() counts what is left
    }
  }

  private void store(List<TraceEntry> batch) {
    try {
      store.append(Collections.unmodifiableList(batch));
      storeFailing = false;
    } catch (RuntimeException e) {
      dropped.addAndGet(batch.size());
      if (!storeFailing) {
        storeFailing = true;
        log.warn("The trace store fails; entries are dropped and counted until it recovers.", e);
      }
    }
  }
}
