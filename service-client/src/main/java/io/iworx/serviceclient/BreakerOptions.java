package io.iworx.serviceclient;

import java.time.Duration;

/**
 * When calls to a target that fails are refused without being sent. Each target has a circuit
 * breaker of its own; {@link BreakerState} says what it does.
 *
 * <p>A failure is an attempt that brought no answer, or the status 500, 502, 503, 504 or another
 * from 506. Any other answer shows that the target lives. What the caller ended counts as neither.
 *
 * @param failureRate the share of failures from which on it opens; default {@link
 *     #DEFAULT_FAILURE_RATE}
 * @param minimumCalls it does not open on fewer attempts than these; default {@link
 *     #DEFAULT_MINIMUM_CALLS}
 * @param window how long an attempt counts; default {@link #DEFAULT_WINDOW}
 * @param openFor how long it stays open before it lets probes through; default {@link
 *     #DEFAULT_OPEN_FOR}
 * @param probes how many attempts it lets through at once when half open, and how many must succeed
 *     for it to close; default {@link #DEFAULT_PROBES}
 */
public record BreakerOptions(
    double failureRate, int minimumCalls, Duration window, Duration openFor, int probes) {
  public static final double DEFAULT_FAILURE_RATE = 0.5;
  public static final int DEFAULT_MINIMUM_CALLS = 20;
  public static final Duration DEFAULT_WINDOW = Duration.ofSeconds(10);
  public static final Duration DEFAULT_OPEN_FOR = Duration.ofSeconds(5);
  public static final int DEFAULT_PROBES = 2;

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException with the option that cannot be
   */
  public BreakerOptions {
    Checks.require(
        failureRate > 0 && failureRate <= 1, "The failure rate must be above 0 and at most 1.");
    Checks.require(minimumCalls > 0, "The breaker needs at least one call to open on.");
    Checks.require(window.toMillis() >= 100, "The breaker's window must be at least 100 ms.");
    Checks.require(openFor.isPositive(), "The time a breaker stays open must be positive.");
    Checks.require(probes > 0, "A half-open breaker needs at least one probe.");
  }

  public static BreakerOptions defaults() {
    return new BreakerOptions(
        DEFAULT_FAILURE_RATE,
        DEFAULT_MINIMUM_CALLS,
        DEFAULT_WINDOW,
        DEFAULT_OPEN_FOR,
        DEFAULT_PROBES);
  }

  /** A breaker that never opens. */
  public static BreakerOptions never() {
    return defaults().withMinimumCalls(Integer.MAX_VALUE);
  }

  public BreakerOptions withFailureRate(double newFailureRate) {
    return new BreakerOptions(newFailureRate, minimumCalls, window, openFor, probes);
  }

  public BreakerOptions withMinimumCalls(int newMinimumCalls) {
    return new BreakerOptions(failureRate, newMinimumCalls, window, openFor, probes);
  }

  public BreakerOptions withWindow(Duration newWindow) {
    return new BreakerOptions(failureRate, minimumCalls, newWindow, openFor, probes);
  }

  public BreakerOptions withOpenFor(Duration newOpenFor) {
    return new BreakerOptions(failureRate, minimumCalls, window, newOpenFor, probes);
  }

  public BreakerOptions withProbes(int newProbes) {
    return new BreakerOptions(failureRate, minimumCalls, window, openFor, newProbes);
  }
}
