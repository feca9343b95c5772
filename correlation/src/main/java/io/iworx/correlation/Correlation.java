package io.iworx.correlation;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The context of one unit of work: what outside request it belongs to, what directly caused it, and
 * on whose behalf it runs.
 *
 * <p>It is ambient while {@link #run} or {@link #call} executes, on that thread and on no other;
 * {@link #wrap(Runnable)} carries it to another thread. (The one exception is the JDK's: forks of a
 * structured task scope see the context too, but not its MDC.) While it is in scope the SLF4J MDC
 * holds {@value #MDC_KEY}, and OpenTelemetry's current context holds the remote span and baggage of
 * {@link #traceContext()}, unless a span of the same trace is current already. Immutable and safe
 * for any thread.
 *
 * @param correlationId the same for everything one outside request set off; neither secret nor
 *     authority
 * @param causationId the gateway hop, event or saga step that directly caused this work; null for
 *     the first work of all
 * @param callingService the service that called, or {@value #EXTERNAL} for a user's call; null when
 *     unknown
 * @param identity the user and organization this work is done for
 * @param deadline when a caller stops waiting for this work; null when nobody waits
 * @param traceContext the W3C trace context that came along; null when none did
 * @param attempt which try of the call this work answers, counted from 1 by whoever repeats it:
 *     then calls that this work makes are repeated only when they were surely never sent, or tries
 *     would multiply from hop to hop; 0 when nobody repeats it
 */
public record Correlation(
    String correlationId,
    @Nullable String causationId,
    @Nullable String callingService,
    Identity identity,
    @Nullable Instant deadline,
    @Nullable TraceContext traceContext,
    int attempt) {

  /** The MDC key under which log lines find the correlation id. */
  public static final String MDC_KEY = "correlationId";

  /** The calling service recorded for a call that a user, not a service, made. */
  public static final String EXTERNAL = "external";

  private static final int MAX_ID_LENGTH = 128;
  private static final ScopedValue<Correlation> CURRENT = ScopedValue.newInstance();

  /** A table: a chain of comparisons guesses wrong at every other character of a hexadecimal id. */
  private static final boolean[] ACCEPTED = accepted();

  /**
   * Checks the ids.
   *
   * @throws IllegalArgumentException when the correlation or causation id is not one that {@link
   *     #accepts} takes, or the attempt is negative
   */
  public Correlation {
    requireAccepted("correlation id", correlationId);
    if (causationId != null) {
      requireAccepted("causation id", causationId);
    }
    Objects.requireNonNull(identity, "identity");
    if (attempt < 0) {
      throw new IllegalArgumentException("The attempt must not be negative: " + attempt);
    }
  }

  /** A context of work that nobody repeats. */
  public Correlation(
      String correlationId,
      @Nullable String causationId,
      @Nullable String callingService,
      Identity identity,
      @Nullable Instant deadline,
      @Nullable TraceContext traceContext) {
    this(correlationId, causationId, callingService, identity, deadline, traceContext, 0);
  }

  /** A new context with a fresh correlation id, no cause and no identity. */
  public static Correlation fresh() {
    return of(Uuid7.next());
  }

  /**
   * A context that has only a correlation id.
   *
   * @throws IllegalArgumentException when {@link #accepts} refuses the id
   */
  public static Correlation of(String correlationId) {
    return new Correlation(correlationId, null, null, Identity.NONE, null, null);
  }

  /** The context in scope on this thread. */
  public static Optional<Correlation> current() {
    return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
  }

  /** The context in scope on this thread, or a fresh one when there is none. */
  public static Correlation currentOrFresh() {
    return CURRENT.isBound() ? CURRENT.get() : fresh();
  }

  /**
   * Whether an id from outside may be taken over: 1 to 128 characters of {@code A-Z a-z 0-9 . _ :
   * -}. Anything else could inject into logs or headers and is replaced by a fresh id.
   */
  public static boolean accepts(@Nullable String id) {
    if (id == null || id.isEmpty() || id.length() > MAX_ID_LENGTH) {
      return false;
    }
    for (int i = 0; i < id.length(); i++) {
      if (!isAccepted(id.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean[] accepted() {
    var accepted = new boolean[128];
    for (var c = 0; c < accepted.length; c++) {
      accepted[c] =
          (c >= 'a' && c <= 'z')
              || (c >= '0' && c <= '9')
              || (c >= 'A' && c <= 'Z')
              || ".-_:".indexOf(c) >= 0;
    }
    return accepted;
  }

  private static boolean isAccepted(char c) {
    return c < ACCEPTED.length && ACCEPTED[c];
  }

  public Correlation withCausationId(@Nullable String newCausationId) {
    return new Correlation(
        correlationId, newCausationId, callingService, identity, deadline, traceContext, attempt);
  }

  public Correlation withCallingService(@Nullable String newCallingService) {
    return new Correlation(
        correlationId, causationId, newCallingService, identity, deadline, traceContext, attempt);
  }

  public Correlation withIdentity(Identity newIdentity) {
    return new Correlation(
        correlationId, causationId, callingService, newIdentity, deadline, traceContext, attempt);
  }

  public Correlation withDeadline(@Nullable Instant newDeadline) {
    return new Correlation(
        correlationId, causationId, callingService, identity, newDeadline, traceContext, attempt);
  }

  public Correlation withTraceContext(@Nullable TraceContext newTraceContext) {
    return new Correlation(
        correlationId, causationId, callingService, identity, deadline, newTraceContext, attempt);
  }

  public Correlation withAttempt(int newAttempt) {
    return new Correlation(
        correlationId, causationId, callingService, identity, deadline, traceContext, newAttempt);
  }

  /** Runs the work with this context in scope; what it throws passes through. */
  public void run(Runnable work) {
    try (var _ = Ambient.enter(this)) {
      ScopedValue.where(CURRENT, this).run(work);
    }
  }

  /**
   * Runs the work with this context in scope and returns its result.
   *
   * @throws X what the work throws
   */
  public <T extends @Nullable Object, X extends Throwable> T call(
      ScopedValue.CallableOp<? extends T, X> work) throws X {
    try (var _ = Ambient.enter(this)) {
      return ScopedValue.where(CURRENT, this).call(work);
    }
  }

  /** Work that runs with this context wherever it is executed: the way across threads. */
  public Runnable wrap(Runnable work) {
    return () -> run(work);
  }

  /** Work that runs with this context wherever it is executed: the way across threads. */
  public <T extends @Nullable Object> Callable<T> wrap(Callable<T> work) {
    return () -> call(work::call);
  }

  private static void requireAccepted(String what, String id) {
    if (!accepts(id)) {
      throw new IllegalArgumentException(
          "The "
              + what
              + " must be 1 to 128 characters of A-Z a-z 0-9 . _ : - but has "
              + id.length()
              + " characters"
              + " or others among them; use Correlation.fresh() or check it with Correlation.accepts(id) first.");
    }
  }
}
