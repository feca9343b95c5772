package io.iworx.trace;

import io.iworx.trace.spi.TraceStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Buffers entries and stores them in batches from one virtual thread. */
final class BufferedRecorder implements TraceRecorder {
  private static final Logger log = LoggerFactory.getLogger(BufferedRecorder.class);

  /** How often an idle writer looks whether it is closed. */
  private static final long IDLE_MILLIS = 100;

  private static final Duration GRACE_AFTER_INTERRUPT = Duration.ofMillis(200);

  private final TraceStore store;
  private final TraceRecorderOptions options;
  private final BlockingQueue<TraceEntry> buffer;
  private final AtomicLong dropped = new AtomicLong();
  private final Thread writer;
  private volatile boolean closed;
  private volatile boolean givenUp;
  private boolean storeFailing; // the writer's own

  private BufferedRecorder(TraceStore store, TraceRecorderOptions options) {
    this.store = store;
    this.options = options;
    this.buffer = new ArrayBlockingQueue<>(options.capacity());
    this.writer = Thread.ofVirtual().name("trace-recorder").unstarted(this::write);
  }

  static BufferedRecorder start(TraceStore store, TraceRecorderOptions options) {
    var recorder = new BufferedRecorder(store, options);
    recorder.writer.start();
    return recorder;
  }

  @Override
  public void record(TraceEntry entry) {
    if (closed || !buffer.offer(entry)) {
      dropped.incrementAndGet();
    } else if (closed && !writer.isAlive() && buffer.remove(entry)) {
      dropped.incrementAndGet(); // closed in between, after the last look into the buffer
    }
  }

  @Override
  public long dropped() {
    return dropped.get();
  }

  @Override
  public void close() {
    closed = true;
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
    drop(drained());
  }

  private void giveUp() {
    givenUp = true;
    writer.interrupt();
  }

  private void write() {
    try {
      while (!givenUp && (!closed || !buffer.isEmpty())) {
        var first = buffer.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
        if (first != null) {
          store(batchFrom(first));
        }
      }
    } catch (InterruptedException e) {
      // closed while the store was slow: close() counts what is left
    }
  }

  private List<TraceEntry> batchFrom(TraceEntry first) throws InterruptedException {
    var batch = new ArrayList<TraceEntry>();
    batch.add(first);
    var end = System.nanoTime() + options.linger().toNanos();
    while (batch.size() < options.batchSize()) {
      var left = closed ? 0 : end - System.nanoTime();
      var next = buffer.poll(Math.max(0, left), TimeUnit.NANOSECONDS);
      if (next == null) {
        break;
      }
      batch.add(next);
    }
    return batch;
  }

  private void store(List<TraceEntry> batch) {
    try {
      store.append(List.copyOf(batch));
      storeFailing = false;
    } catch (RuntimeException e) {
      drop(batch);
      if (!storeFailing) {
        storeFailing = true;
        log.warn("The trace store fails; entries are dropped and counted until it recovers.", e);
      }
    }
  }

  private List<TraceEntry> drained() {
    var rest = new ArrayList<TraceEntry>();
    buffer.drainTo(rest);
    return rest;
  }

  private void drop(List<TraceEntry> entries) {
    dropped.addAndGet(entries.size());
  }
}
