package io.iworx.eventbus;

import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Slice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads one partition and delivers it, while the tenure lasts, on a virtual thread of its own; so
 * one that is new, slow or far behind never holds another up.
 */
final class PartitionRun {
  /** How often a reader with nothing to read looks by itself; whatever concerns it rouses it. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /** The same where it may not read on. */
  private static final Duration PAUSE = Duration.ofMillis(250);

  /** To come as far as the one before had; longer only when the log has lost its end. */
  private static final Duration CATCH_UP = Duration.ofSeconds(10);

  private static final Duration LOOK_UP = Duration.ofMillis(20);
  private static final Duration GRACE_AFTER_INTERRUPT = Duration.ofSeconds(2);

  private final Subscriber<?> subscriber;
  private final Tenure tenure;
  private final Retries retries;
  private final Delivering delivering;
  private final Outage outage;
  private final Runnable whenBusy;
  private final Runnable whenEnded;
  private final Thread thread;
  private final AtomicBoolean redriveAsked = new AtomicBoolean();
  private final ReentrantLock waitLock = new ReentrantLock();
  private boolean waiting; // guarded by the lock
  private boolean roused; // guarded by the lock
  private volatile long stopAt = Long.MAX_VALUE;
  private int withCare;

  /** Begun, and to be tried one by one. */
  private final List<LogEntry> careful = new ArrayList<>();

  PartitionRun(
      Subscriber<?> subscriber,
      Attempts attempts,
      Tenure tenure,
      Runnable whenBusy,
      Runnable whenEnded) {
    this.subscriber = subscriber;
    this.tenure = tenure;
    this.whenBusy = whenBusy;
    this.whenEnded = whenEnded;
    this.outage = new Outage(subscriber.name(), subscriber.busOptions().random());
    this.retries = new Retries(subscriber, attempts, tenure);
    var options = subscriber.options();
    this.delivering =
        switch (subscriber.handover()) {
          case Handover.Plain<?> plain ->
              new Lanes(plain, attempts, tenure, retries, options.maxInFlight());
          case Handover.InTransaction inTransaction ->
              new Batches(inTransaction, attempts, tenure, retries, options.batchSize());
        };
    // What the one before may have had at its handler when it ended.
    var atHandler =
        subscriber.handover() instanceof Handover.InTransaction
            ? options.batchSize()
            : options.maxInFlight();
    this.withCare = tenure.claim().afterCrash() ? atHandler : 0;
    this.thread =
        Thread.ofVirtual()
            .name("subscription-" + subscriber.name() + "-" + tenure.claim().partition())
            .unstarted(this::run);
    tenure.whenEnds(this::rouse);
  }

  void start() {
    thread.start();
  }

  Claim claim() {
    return tenure.claim();
  }

  Tenure tenure() {
    return tenure;
  }

  /** No new event is started from now on; what is under way is waited for, in the background. */
  void stop() {
    tenure.end(null);
  }

  /** Delivers nothing above this position from now on. */
  void stopAt(long position) {
    stopAt = position;
  }

  void redrive() {
    redriveAsked.set(true);
    rouse();
  }

  /** Ends its waiting for news. */
  private void rouse() {
    waitLock.lock();
    try {
      if (waiting && !roused) {
        roused = true;
        thread.interrupt();
      }
    } finally {
      waitLock.unlock();
    }
  }

  private void awaitNews(Checkpoint from) throws InterruptedException {
    waits(true);
    try {
      if (tenure.lasts() && !redriveAsked.get()) {
        subscriber.log().awaitBeyond(from, LONGEST_WAIT);
      }
    } catch (InterruptedException e) {
      if (!waits(false)) {
        throw e;
      }
      return;
    }
    if (waits(false)) {
      Thread.interrupted();
    }
  }

  /** Returns whether it was roused since it began to wait. */
  private boolean waits(boolean now) {
    waitLock.lock();
    try {
      var was = roused;
      roused = false;
      waiting = now;
      return was;
    } finally {
      waitLock.unlock();
    }
  }

  /** Waits until handlers have ended, and interrupts them when they take too long. */
  boolean awaitEnd(Duration patience) throws InterruptedException {
    if (Thread.currentThread() == thread || thread.join(patience)) {
      return true;
    }
    thread.interrupt();
    thread.join(GRACE_AFTER_INTERRUPT);
    return false;
  }

  void interrupt() {
    thread.interrupt();
  }

  private void run() {
    try {
      var from = catchUp();
      retries.start();
      read(from);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed, and waited for long enough
    } catch (Throwable e) { // nothing may end a subscription but closing it
      tenure.end(e);
    } finally {
      tenure.end(null);
      delivering.awaitQuiet();
      retries.awaitQuiet();
      Thread.interrupted(); // giving up the claim must not be cut short
      tenure.finish();
      whenEnded.run();
    }
  }

  /**
   * Reads what was pending as the one before could have, before anything goes on that waited: what
   * was skipped by then may have been published when something pending was durable already.
   */
  private Checkpoint catchUp() throws InterruptedException {
    var from = tenure.claim().checkpoint();
    var start = System.nanoTime();
    while (!from.pending().isEmpty() && tenure.lasts()) {
      var slice = slice(from, 0);
      if (slice != null && slice.known() >= from.position()) {
        return deliver(slice, from);
      }
      if (System.nanoTime() - start > CATCH_UP.toNanos()) {
        break;
      }
      tenure.pause(LOOK_UP);
    }
    return from;
  }

  private void read(Checkpoint start) throws InterruptedException {
    var from = start;
    while (tenure.lasts()) {
      if (redriveAsked.compareAndSet(true, false)) {
        retries.redrive(delivering);
      }
      var full = retries.isFull();
      if (from.position() >= stopAt || (full && from.pending().isEmpty())) {
        delivering.deliver();
        tenure.pause(PAUSE);
        continue;
      }
      // What is pending may be what a blocked key waits for.
      var slice = slice(from, full ? 0 : subscriber.options().batchSize());
      if (slice == null) {
        delivering.deliver();
        continue;
      }
      if (!slice.entries().isEmpty()) {
        whenBusy.run();
      }
      from = deliver(slice, from);
      if (slice.entries().isEmpty()) {
        if (full) {
          tenure.pause(PAUSE);
        } else {
          awaitNews(from);
        }
      }
    }
  }

  /** The next piece of the log; null after a failure, and a pause. */
  private @Nullable Slice slice(Checkpoint from, int limit) throws InterruptedException {
    try {
      var slice = subscriber.log().read(from, limit);
      outage.over();
      return slice;
    } catch (RuntimeException e) {
      tenure.pause(outage.failed(e));
      return null;
    }
  }

  private Checkpoint deliver(Slice slice, Checkpoint from) throws InterruptedException {
    // It may change meanwhile, and what is passed must be what was begun; nor does it lead back.
    var stop = Math.max(stopAt, from.position());
    var upTo = slice.upTo();
    if (upTo.position() > stop) {
      upTo = new Checkpoint(stop, upTo.pending().upTo(stop));
    }
    for (var entry : slice.entries()) {
      if (!tenure.lasts()) {
        return from;
      }
      if (entry.position() <= stop && tenure.has(entry) && subscriber.decoder().matches(entry)) {
        begin(entry);
      }
    }
    if (!tenure.lasts()) {
      return from; // the last event may not have been taken
    }
    tenure.progress().passed(upTo);
    for (var entry : careful) {
      if (tenure.lasts() && !tenure.progress().waitsToo(entry)) {
        retries.beginWithCare(entry);
      }
    }
    careful.clear();
    var more = slice.entries().size() >= subscriber.options().batchSize();
    if (!more || delivering.hasEnough()) {
      delivering.deliver();
    }
    return upTo;
  }

  private void begin(LogEntry entry) throws InterruptedException {
    if (withCare > 0 || !careful.isEmpty()) { // none passes one that comes with care
      withCare--;
      if (tenure.progress().begin(entry) == Progress.Turn.DELIVER) {
        careful.add(entry);
      }
    } else {
      delivering.begin(entry);
    }
  }
}
