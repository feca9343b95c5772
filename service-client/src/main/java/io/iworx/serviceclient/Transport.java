package io.iworx.serviceclient;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The innermost of the chain: sends requests and keeps each within its deadline.
 *
 * <p>The deadline is held by one timer for the whole attempt, because a socket's own timeout starts
 * anew with every byte that drips in.
 */
final class Transport implements AutoCloseable {
  private final GatewayConnections connections;
  private final ScheduledThreadPoolExecutor timer;
  private final Set<Sending> underWay = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile boolean closed;

  Transport(ClientSettings settings) {
    this.connections = new GatewayConnections(settings);
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("iworx-service-client-deadlines").factory());
    this.timer.setRemoveOnCancelPolicy(true);
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("This service client is closed; create another one.");
    }
  }

  /** Sends the request and waits for the whole answer, at most until its deadline. */
  Reply send(Request request) {
    var caller = Thread.currentThread();
    return caller.isVirtual() || caller.isInterrupted()
        ? attempt(request)
        : onVirtualThread(request);
  }

  /** Waits; false when the caller was interrupted or this was closed meanwhile. */
  boolean pause(Duration wait) {
    try {
      return !closing.await(wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    closed = true;
    closing.countDown();
    timer.shutdownNow();
    underWay.forEach(attempt -> attempt.abort(Sending.End.CLOSED));
    connections.close();
  }

  private Reply attempt(Request request) {
    var attempt = new Sending(connections, request);
    underWay.add(attempt);
    try {
      if (closed) {
        attempt.abort(Sending.End.CLOSED);
        return attempt.run();
      }
      var alarm =
          timer.schedule(
              () -> attempt.abort(Sending.End.DEADLINE),
              request.deadline().left().toNanos(),
              TimeUnit.NANOSECONDS);
      try {
        return attempt.run();
      } finally {
        alarm.cancel(false);
      }
    } finally {
      underWay.remove(attempt);
    }
  }

  /** A read on a platform thread cannot be interrupted; one on a virtual thread can. */
  private Reply onVirtualThread(Request request) {
    var task = new FutureTask<>(() -> attempt(request));
    var worker = Thread.ofVirtual().name("iworx-service-client-call").start(task);
    var interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
          worker.interrupt();
        } catch (ExecutionException e) {
          if (e.getCause() instanceof RuntimeException thrownByTheCallersOwnReader) {
            throw thrownByTheCallersOwnReader;
          }
          throw new IllegalStateException(
              "The call " + request.call() + " broke off inside the client.", e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
