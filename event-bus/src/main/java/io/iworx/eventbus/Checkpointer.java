package io.iworx.eventbus;

import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;

/** Knows the highest position with nothing unfinished before it. Safe for any thread. */
final class Checkpointer {
  private final ReentrantLock lock = new ReentrantLock();
  private final TreeSet<Long> unfinished = new TreeSet<>();
  private long readUpTo;

  Checkpointer(long checkpoint) {
    readUpTo = checkpoint;
  }

  /** An event is on its way to the handler; everything before it was read earlier. */
  void started(long position) {
    lock.lock();
    try {
      unfinished.add(position);
      readUpTo = Math.max(readUpTo, position);
    } finally {
      lock.unlock();
    }
  }

  /** A started event is handled or set aside. */
  void finished(long position) {
    lock.lock();
    try {
      unfinished.remove(position);
    } finally {
      lock.unlock();
    }
  }

  /** The log was read up to here; what was not started on the way is of no interest. */
  void passed(long upTo) {
    lock.lock();
    try {
      readUpTo = Math.max(readUpTo, upTo);
    } finally {
      lock.unlock();
    }
  }

  long checkpoint() {
    lock.lock();
    try {
      return unfinished.isEmpty() ? readUpTo : unfinished.first() - 1;
    } finally {
      lock.unlock();
    }
  }
}
