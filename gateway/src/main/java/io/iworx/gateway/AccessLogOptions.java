package io.iworx.gateway;

/**
 * Which requests get a line in the access log, which goes to the logger {@code
 * io.iworx.gateway.access} at INFO.
 *
 * @param sample the share of them, 0 to 1, by correlation id; those that failed on this side or
 *     were cut off always do
 */
public record AccessLogOptions(double sample) {
  /** All of them, where the logger takes them. */
  public static final AccessLogOptions DEFAULT = new AccessLogOptions(1);

  /**
   * Checks it.
   *
   * @throws IllegalArgumentException with a sentence, when it is no share
   */
  public AccessLogOptions {
    if (!(sample >= 0 && sample <= 1)) {
      throw new IllegalArgumentException("must be a share from 0 to 1.");
    }
  }
}
