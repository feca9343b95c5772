package io.iworx.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was started, to be closed in reverse, also in the middle of a start. One part that fails to
 * close does not keep the others open. Safe for any thread.
 */
final class Parts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Part> open = new ArrayDeque<>();
  private boolean closed;

  private record Part(String name, AutoCloseable closeable) {}

  /**
   * Notes a part that has just started.
   *
   * @throws CommandException when all is being closed; the part is closed then too
   */
  <T extends AutoCloseable> T add(String name, T part) {
    lock.lock();
    try {
      if (!closed) {
        open.push(new Part(name, part));
        return part;
      }
    } finally {
      lock.unlock();
    }
    close(new Part(name, part));
    throw CommandException.unusable("Stopped while it was starting.");
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      while (!open.isEmpty()) {
        close(open.pop());
      }
    } finally {
      lock.unlock();
    }
  }

  private static void close(Part part) {
    try {
      part.closeable().close();
    } catch (Exception e) {
      LOG.warn("{} did not close: {}", part.name(), e.toString());
      LOG.debug("{} did not close", part.name(), e);
    }
  }
}
