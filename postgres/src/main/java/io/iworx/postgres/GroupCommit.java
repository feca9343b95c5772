package io.iworx.postgres;

import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.postgres.Publication.State;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Writes the events of many callers with one statement and one commit.
 *
 * <p>There is no thread for it and no timer: whoever comes while nothing is being written writes at
 * once on its own thread, on the one connection that plain publishes use. Whoever comes meanwhile
 * queues; when the write ends, the first in the queue writes for all of them. So batches grow with
 * the load and nobody waits without one.
 *
 * <p>When a batch fails, whatever the reason, each of its callers goes on by itself with the same
 * ids ({@link Appender}): a row that cannot be stored or waits for somebody's transaction is one
 * caller's affair, and a commit without an answer is settled by inserting again.
 */
final class GroupCommit {
  private final DataSource dataSource;
  private final PublishOptions options;
  private final Appender appender;
  private final Runnable written;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final ArrayDeque<Publication> queue = new ArrayDeque<>();
  private long queuedEvents;
  private long queuedBytes;
  private boolean writing;

  /**
   * @param written runs after each batch, before its callers are told
   */
  GroupCommit(DataSource dataSource, PublishOptions options, Runnable written) {
    this.dataSource = dataSource;
    this.options = options;
    this.appender = new Appender(dataSource, options);
    this.written = written;
  }

  /** Returns when the events are durable. */
  List<LogEntry> append(List<Draft> drafts) {
    long giveUpAt = System.nanoTime() + options.deadline().toNanos();
    Publication own = new Publication(drafts);
    if (own.events() > options.maxBatchEvents() || own.bytes() > options.maxBatchBytes()) {
      // A batch of its own, beside the others: they need not wait for its size.
      return alone(own, giveUpAt, null);
    }
    enter(own, giveUpAt);
    await(own, giveUpAt);
    if (own.state() instanceof State.Leading) {
      lead(own, giveUpAt);
    }
    return switch (own.state()) {
      case State.Stored(List<LogEntry> entries) -> entries;
      case State.Released released -> alone(own, giveUpAt, released.failure());
      case State.Queued(), State.Leading(), State.Taken() ->
          throw new IllegalStateException("A publish ended in the state " + own.state());
    };
  }

  /** How many events wait for the write that is on to end. */
  int waiting() {
    lock.lock();
    try {
      return Math.toIntExact(queuedEvents);
    } finally {
      lock.unlock();
    }
  }

  boolean isWriting() {
    lock.lock();
    try {
      return writing;
    } finally {
      lock.unlock();
    }
  }

  private List<LogEntry> alone(Publication own, long giveUpAt, @Nullable WriteFailure before) {
    List<LogEntry> entries = appender.append(own.drafts(), giveUpAt, before);
    written.run();
    return entries;
  }

  /** Takes the lead when nobody has it, else a place in the queue, when there is one in time. */
  private void enter(Publication own, long giveUpAt) {
    lock.lock();
    try {
      boolean first = !lock.hasWaiters(room); // who waits for a place gets it first
      while (writing || !queue.isEmpty()) {
        if (first && fits(own)) {
          queue.addLast(own);
          queuedEvents += own.events();
          queuedBytes += own.bytes();
          room.signal(); // there may be more
          return;
        }
        long left = giveUpAt - System.nanoTime();
        if (left <= 0) {
          room.signal();
          throw AppendErrors.tooLate(own.drafts(), false);
        }
        room.awaitNanos(left);
        first = true;
      }
      writing = true;
      own.to(new State.Leading());
    } catch (InterruptedException e) {
      room.signal(); // it may have been this one's place
      Thread.currentThread().interrupt();
      throw AppendErrors.interrupted(own.drafts(), false);
    } finally {
      lock.unlock();
    }
  }

  private boolean fits(Publication own) {
    return queue.isEmpty()
        || (queuedEvents + own.events() <= options.maxQueuedEvents()
            && queuedBytes + own.bytes() <= options.maxQueuedBytes());
  }

  /** Waits, if need be, until others have written it or its caller is to lead. */
  private void await(Publication own, long giveUpAt) {
    boolean interrupted = false;
    while (true) {
      State state = own.state();
      if (state instanceof State.Queued) {
        long left = giveUpAt - System.nanoTime();
        if ((interrupted || left <= 0) && withdraw(own)) {
          if (interrupted) {
            Thread.currentThread().interrupt();
            throw AppendErrors.interrupted(own.drafts(), false);
          }
          throw AppendErrors.tooLate(own.drafts(), false);
        }
        LockSupport.parkNanos(this, left);
      } else if (state instanceof State.Taken) {
        LockSupport.park(this); // under way: only its end says what became of it
      } else {
        break;
      }
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean withdraw(Publication own) {
    lock.lock();
    try {
      return own.state() instanceof State.Queued && queue.remove(own) && left(own);
    } finally {
      lock.unlock();
    }
  }

  /** Its place is free. */
  private boolean left(Publication publication) {
    queuedEvents -= publication.events();
    queuedBytes -= publication.bytes();
    room.signal();
    return true;
  }

  private void lead(Publication own, long giveUpAt) {
    List<Publication> batch = List.of(own);
    @Nullable List<State> outcomes = null;
    @Nullable WriteFailure failure = null;
    boolean sent = false;
    try (Connection connection =
        ConnectionPool.connection(dataSource, Duration.ofNanos(giveUpAt - System.nanoTime()))) {
      batch = batchOf(own); // as late as possible: who comes while we wait for it comes along
      sent = true;
      outcomes = BatchWrite.run(connection, batch, options.lockPatience());
    } catch (SQLException e) {
      failure = new WriteFailure(e, sent);
    } finally {
      if (outcomes != null) {
        written.run();
      }
      passOn();
      tell(batch, outcomes, failure);
    }
  }

  private static void tell(
      List<Publication> batch, @Nullable List<State> outcomes, @Nullable WriteFailure failure) {
    // Without either, something unforeseen was thrown; what it left behind is not known.
    WriteFailure met = failure == null ? WriteFailure.unforeseen() : failure;
    for (int i = 0; i < batch.size(); i++) {
      batch.get(i).tell(outcomes == null ? new State.Released(met) : outcomes.get(i));
    }
  }

  private List<Publication> batchOf(Publication own) {
    List<Publication> batch = new ArrayList<>();
    batch.add(own);
    int events = own.events();
    long bytes = own.bytes();
    lock.lock();
    try {
      while (!queue.isEmpty()) {
        Publication next = queue.getFirst();
        events += next.events();
        bytes += next.bytes();
        if (events > options.maxBatchEvents() || bytes > options.maxBatchBytes()) {
          break;
        }
        queue.removeFirst();
        left(next);
        next.to(new State.Taken());
        batch.add(next);
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
      Publication next = queue.pollFirst();
      if (next == null) {
        writing = false;
        room.signal();
      } else {
        left(next);
        next.tell(new State.Leading());
      }
    } finally {
      lock.unlock();
    }
  }
}
