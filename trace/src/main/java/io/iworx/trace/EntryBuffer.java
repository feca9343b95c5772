package io.iworx.trace;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Entries that wait for the writer. It is woken by the first one and by a full batch, not by each:
 * at 5,000 a second that took more of a core than storing them.
 */
final class EntryBuffer {
  private final TraceRecorderOptions options;
  private final ArrayDeque<TraceEntry> entries = new ArrayDeque<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition begun = lock.newCondition();
  private final Condition full = lock.newCondition();

  /** A full batch, or a full buffer, if that is less. */
  private final int enough;

  private boolean closed;

  EntryBuffer(TraceRecorderOptions options) {
    this.options = options;
    this.enough = Math.min(options.batchSize(), options.capacity());
  }

  /** False when there is no room, or it is closed. Waits for nobody but whoever takes a batch. */
  boolean add(TraceEntry entry) {
    lock.lock();
    try {
      if (closed || entries.size() == options.capacity()) {
        return false;
      }
      entries.add(entry);
      if (entries.size() == 1) {
        begun.signal();
      }
      if (entries.size() == enough) {
        full.signal();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a first entry and then lingers for others; empty once it is closed and empty. */
  List<TraceEntry> nextBatch() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (entries.isEmpty() && !closed) {
        begun.await();
      }
      var left = options.linger().toNanos();
      while (entries.size() < enough && !closed && left > 0) {
        left = full.awaitNanos(left);
      }
      return poll(options.batchSize());
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more; what it has can still be taken. */
  void close() {
    lock.lock();
    try {
      closed = true;
      begun.signal();
      full.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Takes what is left, and returns how much that was. */
  int clear() {
    lock.lock();
    try {
      return poll(Integer.MAX_VALUE).size();
    } finally {
      lock.unlock();
    }
  }

  private List<TraceEntry> poll(int atMost) {
    var batch = new ArrayList<TraceEntry>(Math.min(atMost, entries.size()));
    while (batch.size() < atMost && !entries.isEmpty()) {
      batch.add(entries.remove());
    }
    return batch;
  }
}
