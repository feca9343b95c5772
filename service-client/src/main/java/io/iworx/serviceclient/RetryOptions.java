package io.iworx.serviceclient;

import java.time.Duration;

/**
 * When a call that failed is tried again.
 *
 * <p>Only where that cannot do a thing twice: the method is idempotent or the call has an
 * idempotency key, and the failure is {@code Retryable}, {@code Throttled} or {@code Unknown}; or
 * nothing was sent. Between attempts lies a random time up to {@code delay}, doubled with each
 * attempt up to {@code maxDelay}, after whatever {@code retry-after} asks for. A call is not tried
 * again when its deadline would pass meanwhile, when the budget is spent, or when the caller of
 * this service repeats its own call ({@code x-attempt}) and this one may have been sent.
 *
 * @param maxAttempts how often a call is tried in all; default {@link #DEFAULT_MAX_ATTEMPTS}
 * @param delay the longest wait before the second attempt; default {@link #DEFAULT_DELAY}
 * @param maxDelay the longest wait before any; default {@link #DEFAULT_MAX_DELAY}
 * @param budget how many further attempts there may be for each call, of a target and on average;
 *     the first few are lent. Default {@link #DEFAULT_BUDGET}: at most 20 % more load, whatever
 *     fails
 */
public record RetryOptions(int maxAttempts, Duration delay, Duration maxDelay, double budget) {
  public static final int DEFAULT_MAX_ATTEMPTS = 3;
  public static final Duration DEFAULT_DELAY = Duration.ofMillis(50);
  public static final Duration DEFAULT_MAX_DELAY = Duration.ofSeconds(2);
  public static final double DEFAULT_BUDGET = 0.2;

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException with the option that cannot be
   */
  public RetryOptions {
    Checks.require(maxAttempts > 0, "A call is tried at least once.");
    Checks.require(
        delay.isPositive() && delay.compareTo(maxDelay) <= 0,
        "The delay must be positive and at most the longest delay.");
    Checks.require(budget >= 0 && budget <= 1, "The retry budget must be between 0 and 1.");
  }

  public static RetryOptions defaults() {
    return new RetryOptions(DEFAULT_MAX_ATTEMPTS, DEFAULT_DELAY, DEFAULT_MAX_DELAY, DEFAULT_BUDGET);
  }

  /** One attempt only, except on a kept connection that turned out to be closed. */
  public static RetryOptions none() {
    return defaults().withMaxAttempts(1);
  }

  public RetryOptions withMaxAttempts(int newMaxAttempts) {
    return new RetryOptions(newMaxAttempts, delay, maxDelay, budget);
  }

  public RetryOptions withDelay(Duration newDelay, Duration newMaxDelay) {
    return new RetryOptions(maxAttempts, newDelay, newMaxDelay, budget);
  }

  public RetryOptions withBudget(double newBudget) {
    return new RetryOptions(maxAttempts, delay, maxDelay, newBudget);
  }
}
