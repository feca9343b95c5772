package io.iworx.gateway;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.CorrelationHeaders;
import io.iworx.correlation.TraceContext;
import io.iworx.correlation.Uuid7;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One request and what has been found out about it. Lives on its connection's event loop. */
final class Exchange {
  private static final Pattern MILLISECONDS = Pattern.compile("[0-9]{1,9}");

  private final Request request;
  private final RouteTable table;
  private final String clientAddress;
  private final Instant startedAt;
  private final long startedNanos = System.nanoTime();
  private final String correlationId;
  private final String hopId = Uuid7.next();
  private final @Nullable String origin;
  private final @Nullable TraceContext traceContext;
  private final long callerMillis;
  private @Nullable RequestPath path;
  private String innerPath = "-";
  private @Nullable Route route;
  private @Nullable Upstream upstream;
  private Caller caller = Caller.ANONYMOUS;
  private int status;
  private long bytesIn;
  private long bytesOut;
  private @Nullable String cutOff;

  Exchange(Request request, RouteTable table, String clientAddress, Instant startedAt) {
    this.request = request;
    this.table = table;
    this.clientAddress = clientAddress;
    this.startedAt = startedAt;
    var headers = request.headers();
    var ids = headers.getAll(CorrelationHeaders.CORRELATION_ID);
    this.correlationId =
        ids.size() == 1 && Correlation.accepts(ids.getFirst()) ? ids.getFirst() : Uuid7.next();
    this.origin = headers.get(HttpHeaderNames.ORIGIN);
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

  String clientAddress() {
    return clientAddress;
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

  @Nullable String origin() {
    return origin;
  }

  void normalized(RequestPath normalized) {
    path = normalized;
    innerPath = RouteTable.inner(normalized.path());
  }

  /** The path in its normal form, without the prefixes before {@code /api}. */
  String path() {
    return innerPath;
  }

  void matched(Route newRoute, Upstream itsUpstream) {
    route = newRoute;
    upstream = itsUpstream;
  }

  @Nullable Route matchedRoute() {
    return route;
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

  void calledBy(Caller newCaller) {
    caller = newCaller;
  }

  Caller caller() {
    return caller;
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

  void answering(int newStatus) {
    status = newStatus;
  }

  void sent(int bytes) {
    bytesOut += bytes;
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
    return cutOff == null ? Integer.toString(status) : status + ", " + cutOff;
  }

  /** The context this hop is recorded with. */
  Correlation correlation() {
    return new Correlation(
        correlationId, caller.causationId(), caller.name(), caller.identity(), null, traceContext);
  }
}
