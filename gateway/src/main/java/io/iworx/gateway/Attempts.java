package io.iworx.gateway;

import io.iworx.gateway.UpstreamStream.Loss;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The attempts of one exchange: which target is next, what the upstream learns of each, and whether
 * there may be another. What was surely never sent goes to the next target while there is one. What
 * may have arrived is sent again only where that does no harm, nobody else repeats it, and the
 * budget allows it.
 */
final class Attempts {
  private static final Logger log = LoggerFactory.getLogger(Attempts.class);
  private static final String IDEMPOTENCY_KEY = "idempotency-key";
  private static final int BAD_GATEWAY = 502;
  private static final int GATEWAY_TIMEOUT = 504;
  private static final int MOST_UNPROCESSED = 3;

  /** What becomes of an exchange whose target did not answer in time. */
  enum Late {
    /** Another target is asked. */
    REPEAT,
    /** The exchange has time left but no other attempt: this one gets what is left. */
    WAIT,
    END
  }

  private final Exchange exchange;
  private final TargetChoice choice;
  private final Upstream upstream;
  private final RetryOptions options;
  private final boolean harmless;
  private final @Nullable KeptBody body;
  private long answerBy;
  private @Nullable HttpRequest message;
  private @Nullable TargetPool current;
  private @Nullable UpstreamStream stream;
  private @Nullable List<UpstreamTarget> tried;
  private int number = 1;
  private int unprocessed;
  private boolean fresh;
  private boolean full;
  private boolean staleRepeated;
  private boolean lastWait;

  /**
   * The attempts of an exchange, none of them made.
   *
   * @param gathered the request's body where it was read before; released with the attempts
   */
  Attempts(Exchange exchange, TargetChoice choice, @Nullable KeptBody gathered) {
    this.exchange = exchange;
    this.choice = choice;
    this.upstream = exchange.upstream();
    this.options = exchange.route().retries();
    var request = exchange.request();
    this.harmless =
        exchange.caller().attempt() == null
            && isHarmless(request.method(), request.headers(), exchange.isKeyed());
    var kept = repeats() || exchange.upstream().speaksHttp2(); // which may say: not looked at
    this.body = gathered == null && kept && request.hasBody() ? KeptBody.toRepeat() : gathered;
    this.answerBy = answerBy();
  }

  /** A key that the gateway itself keeps says nothing of what the service does with it. */
  private static boolean isHarmless(HttpMethod method, HttpHeaders headers, boolean keyed) {
    return method.equals(HttpMethod.GET)
        || method.equals(HttpMethod.HEAD)
        || method.equals(HttpMethod.PUT)
        || method.equals(HttpMethod.DELETE)
        || (!keyed && headers.contains(IDEMPOTENCY_KEY));
  }

  /** Whether the gateway is the one who repeats the request, should it fail. */
  boolean repeats() {
    return harmless && options.attempts() > 1;
  }

  /** The number of the attempt that is next or under way, from 1. */
  int number() {
    return number;
  }

  // --- time

  /** The request is whole: from now on the upstream has the time that the route gives. */
  void requestEnds() {
    answerBy = answerBy();
    if (body != null) {
      body.end();
    }
  }

  private long answerBy() {
    return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(exchange.millisLeft());
  }

  /** Milliseconds that are left until the answer must have begun. */
  long millisLeft() {
    return message == null
        ? exchange.millisLeft()
        : TimeUnit.NANOSECONDS.toMillis(answerBy - System.nanoTime());
  }

  /** Whether the caller, who waits less long than the route allows, does so no longer. */
  private boolean callerIsTooLate() {
    return exchange.hurried() && exchange.millisLeft() <= 0;
  }

  /** Until when the attempt under way may wait for its answer. */
  long answerDeadline() {
    var oneAttempt = options.attemptTimeout();
    if (oneAttempt == null || lastWait || !repeats()) {
      return answerBy;
    }
    var end = System.nanoTime() + oneAttempt.toNanos();
    return end - answerBy < 0 ? end : answerBy;
  }

  // --- an attempt

  /**
   * Asks the next target for a connection, which the listener gets at once or later. False when no
   * target is left; {@link #refusal} says why.
   */
  boolean next(long millisLeft, UpstreamStream.Listener listener) {
    for (var pool = choose(); pool != null; pool = choose()) {
      current = pool;
      pool.begun();
      var target = pool.target().address();
      message = UpstreamHead.message(exchange, target, this, millisLeft);
      log.debug(
          "[API Gateway] {} {} {} to {}, attempt {}",
          exchange.correlationId(),
          exchange.request().method(),
          exchange.path(),
          target.hostHeader(),
          number);
      if (pool.acquire(fresh, listener)) {
        return true;
      }
      full = true;
      setAside(pool);
    }
    return false;
  }

  private @Nullable TargetPool choose() {
    if (tried == null) {
      var first = choice.choose(upstream);
      if (first != null && message == null) {
        first.budget(options.budgetPercent()).request();
      }
      return first;
    }
    var other = choice.choose(upstream, tried);
    fresh = other == null;
    // One that lost a request is asked once more where it is the only one.
    return fresh && number > 1 && tried.size() == 1 ? choice.choose(upstream) : other;
  }

  void begin(UpstreamStream its, UpstreamStream.Listener listener) {
    var headOnly = exchange.request().method().equals(HttpMethod.HEAD);
    exchange.sending();
    stream = its;
    its.begin(listener, Objects.requireNonNull(message), headOnly, exchange.isUpgrading());
  }

  /** What the attempt under way goes through; null when none is, or it has no connection yet. */
  @Nullable UpstreamStream stream() {
    return stream;
  }

  /** Takes the attempt's stream away from it, whose answer nobody waits for any more. */
  void drop() {
    var dropped = stream;
    stream = null;
    if (dropped != null) {
      dropped.drop();
    }
  }

  /** The stream has come to its end. */
  void ended() {
    stream = null;
  }

  /** Sends a piece of the request's body, and remembers it where there may be another attempt. */
  void send(ByteBuf piece, UpstreamStream to) {
    if (body != null) {
      body.keep(piece);
    }
    to.write(piece);
  }

  /** Sends the body once more: all of it that is here. */
  void sendBody(UpstreamStream to) {
    if (body != null) {
      body.writeTo(to);
    }
  }

  Problem refusal() {
    var service = exchange.route().service();
    if (number > 1 || staleRepeated) {
      return Problem.BAD_ANSWER; // an attempt before may have arrived
    }
    if (full) {
      return Problem.overloaded(service);
    }
    return tried == null
        ? Problem.unreachable(service)
            .withRetryAfter(upstream.secondsToNextTrial(System.nanoTime()))
        : Problem.unreachable(service);
  }

  /** What is said of a request that was lost, and is not sent again. */
  Problem refusal(Loss loss) {
    if (callerIsTooLate()) {
      return Problem.TOO_LATE;
    }
    return loss == Loss.UNSEEN || loss == Loss.REFUSED
        ? Problem.overloaded(exchange.route().service())
        : Problem.BAD_ANSWER;
  }

  // --- how an attempt ended, and whether there is another

  void unreachable(Throwable cause) {
    var pool = Objects.requireNonNull(current);
    log.debug(
        "[API Gateway] {} {} cannot be reached: {}",
        exchange.correlationId(),
        pool.target(),
        cause.toString());
    upstream.unreachable(pool.target(), System.nanoTime());
    setAside(pool);
  }

  /** The head of an answer came. */
  void answered(HttpResponse answer) {
    var pool = Objects.requireNonNull(current);
    if (saysThatItCannot(answer.status().code())
        || (upstream.speaksHttp2() && Grpc.saysUnavailable(answer.headers()))) {
      upstream.failed(pool.target(), System.nanoTime());
    } else {
      upstream.succeeded(pool.target());
    }
  }

  private static boolean saysThatItCannot(int code) {
    return code >= BAD_GATEWAY && code <= GATEWAY_TIMEOUT;
  }

  /** Whether another target is asked, since this one says that it cannot serve. */
  boolean repeatsAnswered(int code) {
    return saysThatItCannot(code) && hasAnother() && repeatsNow();
  }

  /** Whether a request that was lost is sent again. */
  boolean repeatsLost(Loss loss) {
    var pool = Objects.requireNonNull(current);
    if (loss == Loss.STALE && !staleRepeated && harmless && bodyIsHere()) {
      // The service had closed the connection, as it may: that once costs no retry.
      staleRepeated = true;
      fresh = true;
      leave(pool);
      return true;
    }
    if (loss == Loss.UNSEEN || loss == Loss.REFUSED) {
      return repeatsUnprocessed(loss, pool);
    }
    if (!callerIsTooLate()) { // else it may only have kept to the caller's deadline
      upstream.failed(pool.target(), System.nanoTime());
    }
    return repeatsNow();
  }

  /**
   * What the target says that it has not looked at can be sent again, whatever it is (RFC 9113
   * §8.7): a few times, and of what was refused for lack of room no more than the budget has.
   */
  private boolean repeatsUnprocessed(Loss loss, TargetPool pool) {
    if (unprocessed == MOST_UNPROCESSED
        || !bodyIsKept()
        || (loss == Loss.REFUSED && !pool.budget(options.budgetPercent()).take())) {
      return false;
    }
    unprocessed++;
    leave(pool);
    return true;
  }

  /** The service answers: the request is not sent again. */
  void settled() {
    if (body != null) {
      body.release();
    }
  }

  /** What to do when the attempt's time is over. */
  Late late(long now) {
    if (now - answerBy >= 0) {
      if (!lastWait && !exchange.hurried()) {
        upstream.failed(Objects.requireNonNull(current).target(), now);
      }
      return Late.END;
    }
    if (repeatsLost(Loss.BROKEN)) {
      return Late.REPEAT;
    }
    lastWait = true;
    return Late.WAIT;
  }

  private boolean repeatsNow() {
    var pool = Objects.requireNonNull(current);
    if (!repeats()
        || number >= options.attempts()
        || !bodyIsHere()
        || !pool.budget(options.budgetPercent()).take()) {
      return false;
    }
    number++;
    setAside(pool);
    return true;
  }

  /** Whether all of the body that came so far can be sent again. */
  private boolean bodyIsKept() {
    return !exchange.request().hasBody() || (body != null && !body.isLost());
  }

  private boolean bodyIsHere() {
    return !exchange.request().hasBody() || (body != null && body.isWhole());
  }

  private boolean hasAnother() {
    for (var target : upstream.open()) {
      if (target != Objects.requireNonNull(current).target()
          && (tried == null || !tried.contains(target))) {
        return true;
      }
    }
    return false;
  }

  /** The exchange needs no target any more, for whatever reason. */
  void over(UpstreamStream.Listener listener) {
    var pool = current;
    if (pool != null) {
      pool.leave(listener);
      leave(pool);
    }
    drop();
    if (body != null) {
      body.release();
    }
  }

  private void setAside(TargetPool pool) {
    if (tried == null) {
      tried = new ArrayList<>(2);
    }
    tried.add(pool.target());
    leave(pool);
  }

  private void leave(TargetPool pool) {
    pool.over();
    current = null;
  }
}
