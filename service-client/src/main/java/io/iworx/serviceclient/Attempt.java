package io.iworx.serviceclient;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.io.CloseMode;
import org.jspecify.annotations.Nullable;

/**
 * One try over one connection: get it, send, read the whole answer, give it back. It runs on a
 * virtual thread; {@link #abort} ends it from any other thread.
 */
final class Attempt {

  /** Who ended an attempt before its time. */
  enum End {
    DEADLINE,
    CLOSED
  }

  private final GatewayConnections connections;
  private final Request request;
  private final Progress progress = new Progress();

  /**
   * Held for an instant only, so that a connection given back is never closed under its next user.
   */
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable LeaseRequest lease;
  private @Nullable ConnectionEndpoint endpoint;
  private volatile @Nullable End end;

  Attempt(GatewayConnections connections, Request request) {
    this.connections = connections;
    this.request = request;
  }

  Reply run() {
    try {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return exchange(acquire());
    } catch (AnswerTooLarge e) {
      return unanswered(NetworkFailure.tooLarge(connections.maxResponseBytes()), false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return unanswered(NetworkFailure.interrupted(progress), false);
    } catch (IOException
        | HttpException
        | ExecutionException
        | TimeoutException
        | IllegalStateException e) {
      return broken(e);
    } finally {
      discard();
    }
  }

  /** Ends the attempt now; one that is over already is not touched. */
  void abort(End why) {
    lock.lock();
    try {
      end = why;
      if (endpoint != null) {
        endpoint.close(CloseMode.IMMEDIATE);
      } else if (lease != null) {
        lease.cancel();
      }
    } finally {
      lock.unlock();
    }
  }

  private ConnectionEndpoint acquire()
      throws InterruptedException, ExecutionException, TimeoutException {
    var wanted = connections.lease(left());
    hold(wanted, null);
    try {
      var acquired = GatewayConnections.await(wanted, left());
      hold(null, acquired);
      return acquired;
    } catch (InterruptedException e) {
      if (!wanted.cancel()) { // it came at the same moment
        hold(null, GatewayConnections.await(wanted, Duration.ZERO));
      }
      throw e;
    }
  }

  /** Says what {@link #abort} has to end; from then on it does, and before then this does. */
  private void hold(@Nullable LeaseRequest newLease, @Nullable ConnectionEndpoint newEndpoint) {
    lock.lock();
    try {
      lease = newLease;
      endpoint = newEndpoint;
      if (end != null) {
        if (newLease != null) {
          newLease.cancel();
        }
        throw new CancellationException();
      }
    } finally {
      lock.unlock();
    }
  }

  private Reply exchange(ConnectionEndpoint acquired)
      throws IOException, HttpException, AnswerTooLarge {
    var context = connections.context();
    if (!acquired.isConnected()) {
      connections.connect(acquired, left(), context);
    }
    var message = connections.message(request);
    var answer =
        acquired.execute(
            "",
            message,
            (outgoing, connection, within) ->
                progress.execute(connections.protocol(), outgoing, connection, within),
            context);
    var reply = read(answer);
    var finished = takeBack();
    if (finished != null) {
      connections.release(finished, message, answer, context);
    }
    return reply;
  }

  private Reply read(ClassicHttpResponse answer) throws IOException, AnswerTooLarge {
    var type = answer.getFirstHeader("content-type");
    return new Reply.Answered(
        answer.getCode(),
        headers(answer),
        new Content(type == null || type.getValue() == null ? "" : type.getValue(), body(answer)),
        request.attempt());
  }

  private byte[] body(ClassicHttpResponse answer) throws IOException, AnswerTooLarge {
    var entity = answer.getEntity();
    if (entity == null) {
      return new byte[0];
    }
    var limit = connections.maxResponseBytes();
    if (entity.getContentLength() > limit) {
      throw new AnswerTooLarge();
    }
    var content = entity.getContent(); // closing it would read an endless rest
    var octets = content.readNBytes((int) limit + 1);
    if (octets.length > limit) {
      throw new AnswerTooLarge();
    }
    return octets;
  }

  private static Map<String, List<String>> headers(ClassicHttpResponse answer) {
    var headers = new HashMap<String, List<String>>();
    for (var it = answer.headerIterator(); it.hasNext(); ) {
      var header = it.next();
      var value = header.getValue();
      headers
          .computeIfAbsent(header.getName().toLowerCase(Locale.ROOT), _ -> new ArrayList<>(1))
          .add(value == null ? "" : value);
    }
    return headers;
  }

  private Reply broken(Exception failure) {
    var who = end;
    if (who == End.DEADLINE
        || (failure instanceof TimeoutException && request.deadline().passed())) {
      return unanswered(NetworkFailure.late(progress, request.deadline()), false);
    }
    if (who == End.CLOSED) {
      return unanswered(NetworkFailure.closed(progress), false);
    }
    if (Thread.currentThread().isInterrupted()) { // the read ended with it, as a broken connection
      return unanswered(NetworkFailure.interrupted(progress), false);
    }
    var stale = failure instanceof IOException && progress.endedUnanswered();
    if (stale) {
      connections.closeIdle();
    }
    return unanswered(NetworkFailure.of(failure, progress), stale);
  }

  private Reply unanswered(NetworkFailure failure, boolean stale) {
    return new Reply.Unanswered(failure.kind(), failure.error(), stale, request.attempt());
  }

  private Duration left() {
    return request.deadline().left();
  }

  private void discard() {
    var unfinished = takeBack();
    if (unfinished != null) {
      connections.discard(unfinished);
    }
  }

  private @Nullable ConnectionEndpoint takeBack() {
    lock.lock();
    try {
      var taken = endpoint;
      endpoint = null;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** The answer would not fit into the limit; the rest of it is not read. */
  private static final class AnswerTooLarge extends Exception {
    AnswerTooLarge() {
      super("too large", null, false, false);
    }
  }
}
