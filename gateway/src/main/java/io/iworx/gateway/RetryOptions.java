package io.iworx.gateway;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a request is sent again. What was surely never sent always goes to the next target. What may
 * have arrived (no answer, or 502, 503, 504) is sent again only if that is harmless: GET, HEAD,
 * PUT, DELETE, or with an {@code idempotency-key}; its body at most 64 KiB; and not when the caller
 * says {@code x-attempt}, for then the caller repeats it itself.
 *
 * @param attempts how often a request is sent at most; default 3, 1 for no retries
 * @param budgetPercent retries per hundred requests of a target and event loop, beyond a reserve of
 *     {@value #RESERVE}; default 20
 * @param attemptTimeout how long one attempt may take until the head of its answer, while another
 *     may follow; null: as long as the route's timeout allows
 */
public record RetryOptions(int attempts, int budgetPercent, @Nullable Duration attemptTimeout) {
  /** Retries that are there before the first request, for one target on one event loop. */
  static final int RESERVE = 20;

  /** Three attempts within a budget of 20 %, without a time limit of their own. */
  public static final RetryOptions DEFAULT = new RetryOptions(3, 20, null);

  /** Each request is sent once. */
  public static final RetryOptions NONE = new RetryOptions(1, 0, null);

  private static final int MOST_ATTEMPTS = 10;
  private static final int MOST_PERCENT = 100;

  /**
   * Checks each number.
   *
   * @throws IllegalArgumentException with a sentence, when one cannot be used
   */
  public RetryOptions {
    if (attempts < 1 || attempts > MOST_ATTEMPTS) {
      throw new IllegalArgumentException("attempts must be 1 to 10.");
    }
    if (budgetPercent < 0 || budgetPercent > MOST_PERCENT) {
      throw new IllegalArgumentException("budget must be 0 to 100 percent.");
    }
    if (attemptTimeout != null && (attemptTimeout.isNegative() || attemptTimeout.isZero())) {
      throw new IllegalArgumentException("attempt-timeout must be longer than 0.");
    }
  }

  public RetryOptions withAttempts(int newAttempts) {
    return new RetryOptions(newAttempts, budgetPercent, attemptTimeout);
  }

  public RetryOptions withBudgetPercent(int newBudgetPercent) {
    return new RetryOptions(attempts, newBudgetPercent, attemptTimeout);
  }

  public RetryOptions withAttemptTimeout(@Nullable Duration newAttemptTimeout) {
    return new RetryOptions(attempts, budgetPercent, newAttemptTimeout);
  }
}
