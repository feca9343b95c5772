package io.iworx.correlation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The context as HTTP headers, both ways. The names are the platform's wire contract and never
 * change.
 *
 * <p>Reading believes what it reads: only something behind the gateway, which strips and sets these
 * headers, may use it.
 */
public final class CorrelationHeaders {
  public static final String CORRELATION_ID = "x-correlation-id";
  public static final String CAUSATION_ID = "x-causation-id";
  public static final String CALLING_SERVICE = "x-calling-service";
  public static final String USER_ID = "x-user-id";
  public static final String ORGANIZATION_ID = "x-organization-id";
  public static final String CROSS_PROJECT_ACCESS = "x-cross-project-access";

  /**
   * Milliseconds the caller still waits: relative, never a clock time, because clocks differ
   * between machines.
   */
  public static final String REQUEST_DEADLINE_MS = "x-request-deadline-ms";

  /** Which try of a call this is, from 1; set by whoever repeats it, absent when nobody does. */
  public static final String ATTEMPT = "x-attempt";

  public static final String IDEMPOTENCY_KEY = "idempotency-key";
  public static final String TRACEPARENT = "traceparent";
  public static final String TRACESTATE = "tracestate";
  public static final String BAGGAGE = "baggage";

  /**
   * Upper bound of a deadline taken from a header: one day. Longer waits are not synchronous calls.
   */
  public static final Duration MAX_DEADLINE = Duration.ofDays(1);

  private static final Pattern IDENTITY_VALUE = Pattern.compile("[\\x21-\\x7e]{1,256}");
  private static final Pattern MILLISECONDS = Pattern.compile("[0-9]{1,9}");
  private static final Pattern COUNT = Pattern.compile("[1-9][0-9]{0,3}");

  private CorrelationHeaders() {}

  /**
   * The context that the headers hold, with a fresh correlation id when theirs is missing or not
   * {@linkplain Correlation#accepts acceptable}. Other malformed values count as absent.
   */
  public static Correlation read(HeaderSource headers, Clock clock) {
    var id = headers.first(CORRELATION_ID);
    var cause = headers.first(CAUSATION_ID);
    return new Correlation(
        id != null && Correlation.accepts(id) ? id : Uuid7.next(),
        Correlation.accepts(cause) ? cause : null,
        identityValue(headers.first(CALLING_SERVICE)),
        readIdentity(headers),
        readDeadline(headers, clock),
        TraceContext.of(
            headers.first(TRACEPARENT), headers.first(TRACESTATE), headers.first(BAGGAGE)),
        readAttempt(headers));
  }

  /** The identity that the headers assert; a malformed value counts as absent. */
  public static Identity readIdentity(HeaderSource headers) {
    return new Identity(
        identityValue(headers.first(USER_ID)),
        identityValue(headers.first(ORGANIZATION_ID)),
        "true".equals(headers.first(CROSS_PROJECT_ACCESS)));
  }

  /**
   * The moment the caller stops waiting, at most {@link #MAX_DEADLINE} away; null when the header
   * is absent or malformed.
   */
  public static @Nullable Instant readDeadline(HeaderSource headers, Clock clock) {
    var left = headers.first(REQUEST_DEADLINE_MS);
    if (left == null || !MILLISECONDS.matcher(left).matches()) {
      return null;
    }
    return clock.instant().plusMillis(Math.min(Long.parseLong(left), MAX_DEADLINE.toMillis()));
  }

  /** Which try of the call this is, from 1; 0 when the header is absent or malformed. */
  public static int readAttempt(HeaderSource headers) {
    var attempt = headers.first(ATTEMPT);
    return attempt != null && COUNT.matcher(attempt).matches() ? Integer.parseInt(attempt) : 0;
  }

  /**
   * Writes the context as headers for a call that {@code callingService} makes. The deadline is
   * written as what is left of it now, 0 when it has passed. The attempt is not written: whoever
   * makes the call counts its own.
   */
  public static void write(
      Correlation correlation,
      String callingService,
      Clock clock,
      BiConsumer<String, String> headers) {
    headers.accept(CORRELATION_ID, correlation.correlationId());
    headers.accept(CALLING_SERVICE, callingService);
    writeIfPresent(headers, CAUSATION_ID, correlation.causationId());
    writeIdentity(correlation.identity(), headers);
    var deadline = correlation.deadline();
    if (deadline != null) {
      var left = Duration.between(clock.instant(), deadline).toMillis();
      headers.accept(REQUEST_DEADLINE_MS, Long.toString(Math.max(0, left)));
    }
    var traceContext = correlation.traceContext();
    if (traceContext != null) {
      headers.accept(TRACEPARENT, traceContext.traceparent());
      writeIfPresent(headers, TRACESTATE, traceContext.tracestate());
      writeIfPresent(headers, BAGGAGE, traceContext.baggage());
    }
  }

  /** Writes the identity alone; what is not known is not written. */
  public static void writeIdentity(Identity identity, BiConsumer<String, String> headers) {
    writeIfPresent(headers, USER_ID, identity.userId());
    writeIfPresent(headers, ORGANIZATION_ID, identity.organizationId());
    if (identity.crossProjectAccess()) {
      headers.accept(CROSS_PROJECT_ACCESS, "true");
    }
  }

  private static void writeIfPresent(
      BiConsumer<String, String> headers, String name, @Nullable String value) {
    if (value != null) {
      headers.accept(name, value);
    }
  }

  private static @Nullable String identityValue(@Nullable String value) {
    return value != null && IDENTITY_VALUE.matcher(value).matches() ? value : null;
  }
}
