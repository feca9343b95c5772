package io.iworx.serviceclient;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One try over one connection: get it, send, read the whole answer, give it back. It runs on a
 * virtual thread; {@link #abort} ends it from any other thread.
 */
final class Sending {

  /** Who ended an attempt before its time. */
  enum End {
    DEADLINE,
    CLOSED
  }

  private static final Logger log = LoggerFactory.getLogger(ServiceClient.class);

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

  /** The caller's own streamed body, if there is one. */
  private @Nullable InputStream source;

  private @Nullable WatchedStream body;
  private boolean bodyUnopened;
  private boolean waitedForConnection = true;
  private boolean handedOver;

  Sending(GatewayConnections connections, Request request) {
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
      return Fault.unanswered(
          NetworkFailure.tooLarge(connections.maxResponseBytes()), Fault.Cause.TARGET);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Fault.unanswered(NetworkFailure.interrupted(progress), Fault.Cause.CALLER);
    } catch (IOException
        | HttpException
        | ExecutionException
        | TimeoutException
        | IllegalStateException e) {
      return broken(e);
    } finally {
      discard();
      closeBody();
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
    waitedForConnection = false;
    var context = connections.context();
    if (!acquired.isConnected()) {
      connections.connect(acquired, left(), context);
    }
    // Ends the connection first: the engine would close the body, and so tell the other side that
    // this half of it is the whole.
    body = openBody(() -> acquired.close(CloseMode.IMMEDIATE));
    var message = connections.message(request, body);
    var answer =
        acquired.execute(
            "",
            message,
            (outgoing, connection, within) ->
                progress.execute(connections.protocol(), outgoing, connection, within),
            context);
    var reply = read(answer);
    var finished = reply.complete() ? takeBack() : null;
    if (finished != null) {
      connections.release(finished, message, answer, context);
    }
    return reply;
  }

  private Reply.Answered read(ClassicHttpResponse answer) throws IOException, AnswerTooLarge {
    var head = new Reply.Answered(answer.getCode(), headers(answer), Content.NONE, null);
    if (request.call().type() instanceof ResponseType.Streaming<?> type
        && head.success()
        && !head.encoded()) {
      return hand(type, answer, head);
    }
    var type = answer.getFirstHeader("content-type");
    return head.withContent(
        new Content(type == null || type.getValue() == null ? "" : type.getValue(), body(answer)));
  }

  /** Lets the caller's own reader have the body as it arrives. */
  private <T> Reply.Answered hand(
      ResponseType.Streaming<T> type, ClassicHttpResponse answer, Reply.Answered head)
      throws IOException {
    var entity = answer.getEntity();
    var content =
        new WatchedStream(
            entity == null ? InputStream.nullInputStream() : entity.getContent(), -1, () -> {});
    handedOver = true;
    T value;
    try {
      value = request.correlation().call(() -> type.reader().read(content));
    } catch (IOException e) {
      if (content.broken()) {
        throw e;
      }
      throw new UncheckedIOException(e);
    }
    if (content.broken()) { // and the reader has kept quiet about it
      throw new IOException("The answer broke off.");
    }
    return head.withStreamed(new Reply.Streamed(value, content.complete()));
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
    if ((handedOver || bodyUnopened) && failure instanceof IllegalStateException callersOwn) {
      throw callersOwn;
    }
    var who = end;
    if (who == End.DEADLINE
        || (failure instanceof TimeoutException && request.deadline().passed())) {
      return Fault.unanswered(
          NetworkFailure.late(progress, request.deadline()),
          waitedForConnection ? Fault.Cause.CALLER : theirs());
    }
    if (who == End.CLOSED) {
      return Fault.unanswered(NetworkFailure.closed(progress), Fault.Cause.CALLER);
    }
    if (Thread.currentThread().isInterrupted()) { // the read ended with it, as a broken connection
      return Fault.unanswered(NetworkFailure.interrupted(progress), Fault.Cause.CALLER);
    }
    if (bodyUnopened || (body != null && body.broken())) {
      return Fault.unanswered(NetworkFailure.unreadableBody(), Fault.Cause.CALLER);
    }
    if (waitedForConnection) {
      return Fault.unanswered(NetworkFailure.of(failure, progress), Fault.Cause.CALLER);
    }
    var stale = failure instanceof IOException && progress.endedUnanswered();
    if (stale) {
      connections.closeIdle();
    }
    return Fault.unanswered(
        NetworkFailure.of(failure, progress), stale ? Fault.Cause.STALE : theirs());
  }

  private Fault.Cause theirs() {
    return handedOver ? Fault.Cause.MID_STREAM : Fault.Cause.TARGET;
  }

  private @Nullable WatchedStream openBody(Runnable onFailure) throws IOException {
    if (!(request.call().body() instanceof BodyStream streamed)) {
      return null;
    }
    bodyUnopened = true;
    var opened = streamed.source().open();
    bodyUnopened = false;
    source = opened;
    return new WatchedStream(opened, streamed.length(), onFailure);
  }

  private void closeBody() {
    if (source == null) {
      return;
    }
    try {
      source.close();
    } catch (IOException e) {
      log.debug("[Service Client] {}: the body did not close", request.call(), e);
    }
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
