package io.iworx.serviceclient;

/**
 * How many calls to one target may be under way, so that one that hangs does not take the
 * connections of all others.
 *
 * @param maxCalls how many at once; further ones wait their turn within their deadline. Default
 *     {@link #DEFAULT_MAX_CALLS}
 * @param maxWaiting how many may wait; further ones are refused at once. Default {@link
 *     #DEFAULT_MAX_WAITING}
 */
public record LimitOptions(int maxCalls, int maxWaiting) {
  public static final int DEFAULT_MAX_CALLS = 64;
  public static final int DEFAULT_MAX_WAITING = 1000;

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException with the option that cannot be
   */
  public LimitOptions {
    Checks.require(maxCalls > 0, "At least one call to a target must be allowed at once.");
    Checks.require(maxWaiting >= 0, "The number of calls that may wait must not be negative.");
  }

  public static LimitOptions defaults() {
    return new LimitOptions(DEFAULT_MAX_CALLS, DEFAULT_MAX_WAITING);
  }

  public LimitOptions withMaxCalls(int newMaxCalls) {
    return new LimitOptions(newMaxCalls, maxWaiting);
  }

  public LimitOptions withMaxWaiting(int newMaxWaiting) {
    return new LimitOptions(maxCalls, newMaxWaiting);
  }
}
