package io.iworx.gateway;

/**
 * How many retries there may be: each request earns a part of one, and no more are saved than what
 * bridges a short outage. Belongs to one event loop.
 */
final class RetryBudget {
  private static final int ONE = 100;
  private static final int MOST = 100 * ONE;

  private final int earned;
  private int saved;

  RetryBudget(int percent) {
    this.earned = percent;
    this.saved = percent == 0 ? 0 : RetryOptions.RESERVE * ONE;
  }

  void request() {
    saved = Math.min(MOST, saved + earned);
  }

  /** Takes a retry, if there is one left. */
  boolean take() {
    if (saved < ONE) {
      return false;
    }
    saved -= ONE;
    return true;
  }
}
