package io.iworx.postgres;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Writes what many sagas begin and record with one round trip and one commit, led by whoever comes
 * first, as {@link GroupCommit} does for events: no thread, no timer, nobody waits without load.
 *
 * <p>A saga whose write is refused, or whose row somebody has locked, goes on by itself and keeps
 * nobody waiting; so do all of a batch that failed.
 */
final class SagaWrites {
  private static final int MOST = 128;

  private final DataSource dataSource;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<SagaWrite> queue = new ArrayDeque<>();
  private boolean writing;

  SagaWrites(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /**
   * Returns when it is durable.
   *
   * @return false when nothing is written, and the caller is to try alone
   * @throws SQLException when it is not known whether it is
   */
  boolean write(SagaWrite own) throws SQLException {
    enter(own);
    own.await();
    if (own.state() == SagaWrite.State.LEADING) {
      lead(own);
    }
    var failure = own.failure();
    if (failure != null) {
      throw failure;
    }
    return own.state() == SagaWrite.State.WRITTEN;
  }

  private void enter(SagaWrite own) {
    lock.lock();
    try {
      if (writing) {
        queue.addLast(own);
      } else {
        writing = true;
        own.lead();
      }
    } finally {
      lock.unlock();
    }
  }

  private void lead(SagaWrite own) {
    var batch = List.of(own);
    var written = Set.<String>of();
    @Nullable SQLException unknown = null;
    try (var connection = dataSource.getConnection()) {
      batch = batchOf(own); // as late as possible: who comes while we wait for it comes along
      var writes = batch;
      written = Transactions.aloneOn(connection, it -> SagaBatch.write(it, writes));
    } catch (SQLException e) {
      unknown = SqlStates.isOutcomeUnknown(e) ? e : null;
    } finally {
      passOn();
      for (var write : batch) {
        if (written.contains(write.content().sagaId())) {
          write.tell(SagaWrite.State.WRITTEN, null);
        } else if (unknown == null) {
          write.tell(SagaWrite.State.RELEASED, null);
        } else {
          write.tell(SagaWrite.State.UNKNOWN, unknown);
        }
      }
    }
  }

  private List<SagaWrite> batchOf(SagaWrite own) {
    var batch = new ArrayList<SagaWrite>();
    batch.add(own);
    lock.lock();
    try {
      while (!queue.isEmpty() && batch.size() < MOST) {
        batch.add(queue.removeFirst());
      }
    } finally {
      lock.unlock();
    }
    return batch;
  }

  /** The first in the queue leads next; before anybody is told, so that the database has work. */
  private void passOn() {
    lock.lock();
    try {
      var next = queue.pollFirst();
      if (next == null) {
        writing = false;
      } else {
        next.tell(SagaWrite.State.LEADING, null);
      }
    } finally {
      lock.unlock();
    }
  }
}
