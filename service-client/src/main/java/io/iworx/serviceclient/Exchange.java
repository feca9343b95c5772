package io.iworx.serviceclient;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.CorrelationHeaders;
import io.iworx.correlation.FailureKind;
import io.iworx.serviceclient.AnswerReader.Meaning;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One call: attempts until there is an outcome. Belongs to its caller's thread. */
final class Exchange<T> {
  private final Engine engine;
  private final Call<T> call;
  private final Correlation correlation;
  private final Deadline deadline;
  private final Target target;
  private final AnswerReader<T> reader;
  private final @Nullable Content content;
  private final List<Attempt> tried = new ArrayList<>(2);
  private final long started = System.nanoTime();
  private boolean staleOnce;

  Exchange(Engine engine, Call<T> call, Correlation correlation) {
    var timeout = call.timeout();
    this.engine = engine;
    this.call = call;
    this.correlation = correlation;
    this.deadline =
        Deadline.nearer(
            timeout == null ? engine.settings().timeout() : timeout,
            correlation.deadline(),
            engine.clock());
    this.target = engine.targets().of(call.path());
    this.reader = new AnswerReader<>(call.type(), engine.clock());
    this.content = Content.of(call.body());
  }

  Outcome<T> outcome() {
    var headers = headers();
    var noToken = engine.contextHeaders().addTo(headers, call, correlation);
    if (noToken != null) {
      return failure(noToken);
    }
    target.budget().earn();
    Fault last = null;
    for (var request = new Request(call, correlation, content, deadline, headers, 1); ; ) {
      var left = deadline.left().toMillis();
      if (left == 0) {
        return failure(last != null ? last : expired());
      }
      announce(request, left);
      var began = System.nanoTime();
      switch (reader.read(engine.send(target, request))) {
        case Meaning.Read<T>(var body, var answer) -> {
          note(request, began, answer.status(), null);
          return success(body, answer, request.attempt());
        }
        case Meaning.Failed<T>(var fault) -> {
          if (fault.cause() == Fault.Cause.REFUSED) {
            return failure(last != null ? last : fault);
          }
          tried.add(note(request, began, fault.status(), fault));
          last = fault;
          if (!again(fault, request)) {
            return failure(fault);
          }
          request = request.nextAttempt();
        }
      }
    }
  }

  /** Waits until the next attempt, if there is to be one. */
  private boolean again(Fault fault, Request request) {
    var stale = fault.cause() == Fault.Cause.STALE;
    if (stale && staleOnce) {
      return false;
    }
    staleOnce |= stale;
    var wait = engine.retries().next(fault, request, target);
    return wait != null && engine.pause(wait);
  }

  /** Tells the other side what is left, and which try this is if there can be others. */
  private void announce(Request request, long left) {
    request.headers().put(CorrelationHeaders.REQUEST_DEADLINE_MS, Long.toString(left));
    if (request.attempt() > 1
        || engine.settings().retry().maxAttempts() > 1
        || correlation.attempt() > 0) {
      request.headers().put(CorrelationHeaders.ATTEMPT, Integer.toString(request.attempt()));
    }
  }

  private Map<String, String> headers() {
    var headers = new HashMap<String, String>(32);
    var type = call.type().type();
    var json = type != byte[].class && type != String.class && type != Void.class;
    headers.put(
        "accept",
        json && !(call.type() instanceof ResponseType.Streaming) ? "application/json" : "*/*");
    var mediaType = Content.mediaType(call, content);
    if (mediaType != null) {
      headers.put("content-type", mediaType);
    }
    headers.putAll(call.headers());
    return headers;
  }

  private Attempt note(Request request, long began, int status, @Nullable Fault fault) {
    var attempt =
        new Attempt(
            request.attempt(),
            target.name(),
            Duration.ofNanos(began - started),
            Duration.ofNanos(System.nanoTime() - began),
            status,
            fault == null ? null : fault.kind(),
            fault == null ? null : fault.error());
    engine.listeners().tell(it -> it.attempted(call, attempt));
    return attempt;
  }

  private static Fault expired() {
    return Fault.refused(new FailureKind.Expired(), "The deadline had passed, so nothing was sent");
  }

  private Outcome<T> success(T body, Reply.Answered answer, int attempts) {
    return new Success<>(
        body,
        new ResponseMeta(
            answer.status(), answer.headers(), correlation.correlationId(), attempts, elapsed()));
  }

  private Outcome<T> failure(Fault fault) {
    return new Failure<>(
        fault.kind(),
        fault.status(),
        fault.error(),
        fault.problem(),
        fault.answeredKey(),
        call.toString(),
        correlation.correlationId(),
        tried,
        elapsed());
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - started);
  }
}
