package io.iworx.gateway;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * How many requests a route takes from one caller, 429 with {@code retry-after} beyond. In any time
 * <i>t</i> at most {@code burst + requests · t / per} are let through.
 *
 * @param requests how many in {@code per}; 1 to 1,000,000
 * @param per the time they are counted in; 1 ms to a day
 * @param burst how many at once after a pause; default {@code requests}
 * @param by what makes callers different; where a caller has none of it, it is counted by its
 *     address
 * @param header the header's name in lower case, where {@code by} is {@link By#HEADER}; else empty
 * @param shared whether all gateways with the same {@link io.iworx.gateway.spi.LimitStore} count
 *     together. Then each may let through one lease more than there is: a tenth of {@code burst},
 *     at least 1. While the store is down each goes on with its share of the limit. Default false
 */
public record RateLimit(
    int requests, Duration per, int burst, By by, String header, boolean shared) {

  /**
   * Callers that one route counts at a time; beyond, who has not called for longest is forgotten.
   */
  public static final int MOST_CALLERS = 100_000;

  private static final int MOST = 1_000_000;
  private static final Pattern HEADER = Pattern.compile("[a-z0-9-]{1,64}");

  /** What makes two callers different. */
  public enum By {
    /** The organization that was proved. */
    ORGANIZATION,
    /** The user that was proved. */
    USER,
    /** The service that calls, as it was proved. */
    SERVICE,
    /** The address: of IPv6 the first 64 bits, since a caller has all that is behind them. */
    ADDRESS,
    /** A header's value. A caller chooses it: it divides those that mean well, nobody else. */
    HEADER
  }

  /**
   * Checks each part.
   *
   * @throws IllegalArgumentException with a sentence, when one cannot be used
   */
  public RateLimit {
    if (requests < 1 || requests > MOST) {
      throw new IllegalArgumentException("requests must be 1 to 1000000.");
    }
    if (per.compareTo(Duration.ofMillis(1)) < 0 || per.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("per must be 1ms to a day.");
    }
    if (burst < 1 || burst > MOST) {
      throw new IllegalArgumentException("burst must be 1 to 1000000.");
    }
    if (by == By.HEADER ? !HEADER.matcher(header).matches() : !header.isEmpty()) {
      throw new IllegalArgumentException(
          "by must be organization, user, service, address or header:NAME in lower case.");
    }
  }

  /** So many requests from one address, as many at once, counted by each gateway for itself. */
  public static RateLimit of(int requests, Duration per) {
    return new RateLimit(requests, per, requests, By.ADDRESS, "", false);
  }

  public RateLimit withBurst(int newBurst) {
    return new RateLimit(requests, per, newBurst, by, header, shared);
  }

  public RateLimit withBy(By newBy) {
    return new RateLimit(requests, per, burst, newBy, "", shared);
  }

  public RateLimit withByHeader(String newHeader) {
    return new RateLimit(requests, per, burst, By.HEADER, newHeader, shared);
  }

  public RateLimit withShared(boolean newShared) {
    return new RateLimit(requests, per, burst, by, header, newShared);
  }

  /** Tokens that an instance takes ahead of a shared limit. */
  int lease() {
    return Math.max(1, burst / 10);
  }
}
