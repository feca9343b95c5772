package io.iworx.gateway;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.CorrelationHeaders;
import io.iworx.correlation.TraceContext;
import io.iworx.correlation.Uuid7;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.opentelemetry.api.trace.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One request and what has been found out about it. Lives on its connection's event loop. */
final class Exchange {
  private static final Pattern MILLISECONDS = Pattern.compile("[0-9]{1,9}");

  private static final String KEPT_UNKNOWN =
      "Whether the request took effect is not known; its key is kept and cannot be used again.";

  private final Request request;
  private final RouteTable table;
  private final Peer client;
  private final Instant startedAt;
  private final long startedNanos = System.nanoTime();
  private final String correlationId;
  private final String hopId = Uuid7.next();
  private @Nullable Origin origin;
  private @Nullable TraceContext traceContext;
  private @Nullable Span span;
  private long callerMillis;
  private @Nullable RequestPath path;
  private String innerPath = "-";
  private @Nullable Route route;
  private @Nullable Upstream upstream;
  private List<Step> policies = List.of();
  private @Nullable List<AnswerChange> answerChanges;
  private @Nullable List<Runnable> endings;
  private @Nullable AnswerCopy copy;
  private @Nullable String signedIdentity;
  private boolean sent;
  private Caller caller = Caller.ANONYMOUS;
  private int status;
  private int refusedAs;
  private long bytesIn;
  private long bytesOut;
  private @Nullable String cutOff;
  private boolean upgrading;
  private boolean trailersWanted;
  private @Nullable Instant authenticatedUntil;
  private @Nullable String ended;

  /** What a filter does to the head of the service's answer. */
  @FunctionalInterface
  interface AnswerChange {
    void apply(int status, HttpHeaders headers);
  }

  Exchange(Request request, RouteTable table, Peer client, Instant startedAt) {
    this.request = request;
    this.table = table;
    this.client = client;
    this.startedAt = startedAt;
    var headers = request.headers();
    var ids = headers.getAll(CorrelationHeaders.CORRELATION_ID);
    this.correlationId =
        ids.size() == 1 && Correlation.accepts(ids.getFirst()) ? ids.getFirst() : Uuid7.next();
    var page = headers.get(HttpHeaderNames.ORIGIN);
    this.origin = page == null ? null : new Origin(page, null);
    this.traceContext = UpstreamHead.traceContext(headers);
    this.callerMillis = millis(headers.get(CorrelationHeaders.REQUEST_DEADLINE_MS));
  }

  private static long millis(@Nullable String text) {
    return text != null && MILLISECONDS.matcher(text).matches()
        ? Long.parseLong(text)
        : Long.MAX_VALUE;
  }

  Request request() {
    return request;
  }

  RouteTable table() {
    return table;
  }

  Peer client() {
    return client;
  }

  Instant startedAt() {
    return startedAt;
  }

  String correlationId() {
    return correlationId;
  }

  /** The id of this hop: the cause of whatever the service does for it. */
  String hopId() {
    return hopId;
  }

  @Nullable Origin origin() {
    return origin;
  }

  /** The trace that came along, or, once it has a span, that goes on from it. */
  @Nullable TraceContext traceContext() {
    return traceContext;
  }

  @Nullable Span span() {
    return span;
  }

  void traced(Span newSpan, @Nullable TraceContext goesOn) {
    span = newSpan;
    traceContext = goesOn == null ? traceContext : goesOn;
  }

  /** The answer can be read by the pages that the route allows, where it says so. */
  void corsOf(Route its) {
    if (origin != null && its.policies().cors() != null) {
      origin = new Origin(origin.text(), its.policies().cors());
    }
  }

  void normalized(RequestPath normalized) {
    path = normalized;
    innerPath = RouteTable.inner(normalized.path());
  }

  /** The path in its normal form, without the prefixes before {@code /api}. */
  String path() {
    return innerPath;
  }

  /** The query as sent; null when there is none. */
  @Nullable String query() {
    return path == null ? null : path.query();
  }

  void matched(RouteTable.Entry entry) {
    route = entry.route();
    corsOf(route);
    upstream = entry.upstream();
    policies = entry.steps().last();
    if (upstream.speaksHttp2() && isGrpc()) {
      callerMillis = Math.min(callerMillis, Grpc.timeoutMillis(request.headers()));
    }
  }

  /** The steps that only requests of its route go through, after those of all. */
  List<Step> policies() {
    return policies;
  }

  @Nullable Route matchedRoute() {
    return route;
  }

  @Nullable String serviceOrNull() {
    return route == null ? null : route.service();
  }

  /** The route, for what comes after it was matched. */
  Route route() {
    return Objects.requireNonNull(route, "no route was matched yet");
  }

  /** Bytes that the request's body may have: as the route says, else as all have it. */
  long maxBody(long otherwise) {
    var own = route().maxRequestBody();
    return own == null ? otherwise : own;
  }

  /** The upstream, for what comes after the route was matched. */
  Upstream upstream() {
    return Objects.requireNonNull(upstream, "no route was matched yet");
  }

  /** What is asked of the target. */
  String upstreamUri(Target target) {
    var rest = RouteTable.rest(innerPath, route());
    return target.uri(rest, Objects.requireNonNull(path).query());
  }

  /** Changes the service's answer, should there be one; the last one said is the first to act. */
  void atAnswer(AnswerChange change) {
    answerChanges = answerChanges == null ? new ArrayList<>(2) : answerChanges;
    answerChanges.add(change);
  }

  void changeAnswer(int code, HttpHeaders headers) {
    if (answerChanges != null) {
      answerChanges.reversed().forEach(it -> it.apply(code, headers));
    }
    if (copy != null) {
      copy.head(code, headers);
    }
  }

  /** The gateway keeps its idempotency key, and of the service's answer a copy. */
  void keyed(AnswerCopy newCopy) {
    copy = newCopy;
  }

  boolean isKeyed() {
    return copy != null;
  }

  /** The first of it is about to go to a service. */
  void sending() {
    sent = true;
  }

  /** A refusal as the caller gets it: with what became of its idempotency key. */
  Reply explained(Problem problem) {
    if (isGrpc()) {
      refusedAs = problem.status();
      return Grpc.refusal(problem);
    }
    return (isKeyed() && sent ? problem.with("idempotencyKey", KEPT_UNKNOWN) : problem)
        .reply(correlationId);
  }

  boolean isGrpc() {
    return Grpc.asks(request.headers());
  }

  /** Whether a service may have got any of it. */
  boolean wasSent() {
    return sent;
  }

  /** Has something done when the exchange is over, however it ends; on its event loop. */
  void atEnd(Runnable ending) {
    endings = endings == null ? new ArrayList<>(2) : endings;
    endings.add(ending);
  }

  void end() {
    if (endings != null) {
      endings.forEach(Runnable::run);
    }
  }

  void calledBy(Caller newCaller) {
    caller = newCaller;
  }

  Caller caller() {
    return caller;
  }

  /** Who calls, signed for the route's service. */
  void signedIdentity(String text) {
    signedIdentity = text;
  }

  @Nullable String signedIdentity() {
    return signedIdentity;
  }

  /** The token that proved the caller stops to do so. */
  void authenticatedUntil(Instant until) {
    authenticatedUntil = until;
  }

  @Nullable Instant authenticatedUntil() {
    return authenticatedUntil;
  }

  /** The request asks for a WebSocket. */
  void upgrading() {
    upgrading = true;
  }

  boolean isUpgrading() {
    return upgrading;
  }

  /** How a WebSocket ended. */
  void ended(String how) {
    ended = how;
  }

  /**
   * Milliseconds until the answer must have begun: the route's timeout, less if the caller says.
   */
  long millisLeft() {
    var longest = route().timeout().toMillis();
    return callerMillis == Long.MAX_VALUE
        ? longest
        : Math.min(longest, callerMillis - elapsed().toMillis());
  }

  /** Whether the caller waits less long than the route allows: then late is not the target's. */
  boolean hurried() {
    return callerMillis < route().timeout().toMillis();
  }

  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - startedNanos);
  }

  /** Counts bytes of the request's body: all so far. */
  long received(int bytes) {
    bytesIn += bytes;
    return bytesIn;
  }

  /** The status that the client gets; what it stands for where gRPC says it in another way. */
  void answering(int newStatus) {
    status = refusedAs == 0 ? newStatus : refusedAs;
  }

  void sent(int bytes) {
    bytesOut += bytes;
  }

  /** A piece of the service's answer, on its way to the client. */
  void sent(ByteBuf piece) {
    bytesOut += piece.readableBytes();
    if (copy != null) {
      copy.piece(piece);
    }
  }

  /** The client has asked for the fields behind an answer's body (RFC 9110 §10.1.4). */
  void trailersWanted(boolean wanted) {
    trailersWanted = wanted;
  }

  boolean trailersWanted() {
    return trailersWanted;
  }

  /** What the client gets of the fields behind the answer's body; null for nothing. */
  @Nullable HttpHeaders passedTrailers(HttpHeaders trailers) {
    if (copy != null) {
      copy.trailers();
    }
    if (!trailersWanted) {
      return null;
    }
    HeaderRules.stripTrailers(trailers);
    return trailers.isEmpty() ? null : trailers;
  }

  /** The client did not get all of the answer, and sees that. */
  void cutOff(String reason) {
    cutOff = reason;
  }

  boolean cutOff() {
    return cutOff != null;
  }

  int status() {
    return status;
  }

  long bytesOut() {
    return bytesOut;
  }

  boolean succeeded() {
    return cutOff == null && status < 400;
  }

  String detail() {
    if (ended != null) {
      return status + ", " + bytesIn + " bytes in, " + bytesOut + " bytes out, " + ended;
    }
    return cutOff == null ? Integer.toString(status) : status + ", " + cutOff;
  }

  /** The context this hop is recorded with. */
  Correlation correlation() {
    return new Correlation(
        correlationId, caller.causationId(), caller.name(), caller.identity(), null, traceContext);
  }
}
