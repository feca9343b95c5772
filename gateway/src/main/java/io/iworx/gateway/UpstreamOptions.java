package io.iworx.gateway;

import java.time.Duration;

/**
 * How the targets of a route are used and when one is left alone.
 *
 * @param protocol what the targets speak; default HTTP/1.1
 * @param maxConnections open connections to one target, of the whole gateway; what comes beyond
 *     waits; default 1,024
 * @param maxPending requests that wait for a connection to one target, of the whole gateway; 503
 *     with {@code retry-after} beyond; default 1,024
 * @param ejectAfter failures in a row (a broken answer, none within the route's timeout, 502, 503
 *     or 504) after which a target gets no requests for a while; default 5, 0 for never. Of several
 *     targets one that cannot be reached is left alone after the first try
 * @param ejectFor how long, times the number of ejections in short succession, at most ten times;
 *     default 5 s. Then one request at a time tries the target. While all targets of a route are
 *     ejected, its requests are refused at once: 503 with {@code retry-after}
 * @param slowStart how long a target that comes back gets less than its share, more every moment;
 *     default 10 s, zero for its share at once
 */
public record UpstreamOptions(
    Protocol protocol,
    int maxConnections,
    int maxPending,
    int ejectAfter,
    Duration ejectFor,
    Duration slowStart) {

  /** A version of HTTP that targets speak. */
  public enum Protocol {
    /** HTTP/1.1, one request at a time on a connection. */
    HTTP_1_1,
    /**
     * HTTP/2, many requests at once on a connection: chosen by ALPN with {@code https} targets,
     * begun at once ("prior knowledge", RFC 9113 §3.3) with {@code http} targets.
     */
    HTTP_2
  }

  private static final int MOST = 1_000_000;
  private static final Duration LONGEST = Duration.ofHours(1);

  /**
   * HTTP/1.1; 1,024 connections and as many waiting; ejected after 5 failures for 5 s; 10 s slow
   * start.
   */
  public static final UpstreamOptions DEFAULT =
      new UpstreamOptions(
          Protocol.HTTP_1_1, 1024, 1024, 5, Duration.ofSeconds(5), Duration.ofSeconds(10));

  /**
   * Checks each number.
   *
   * @throws IllegalArgumentException with a sentence, when one cannot be used
   */
  public UpstreamOptions {
    if (maxConnections < 1 || maxConnections > MOST) {
      throw new IllegalArgumentException("max must be 1 to 1000000.");
    }
    if (maxPending < 0 || maxPending > MOST) {
      throw new IllegalArgumentException("pending must be 0 to 1000000.");
    }
    if (ejectAfter < 0 || ejectAfter > MOST) {
      throw new IllegalArgumentException("after must be 0 (never) to 1000000.");
    }
    if (ejectFor.isNegative() || ejectFor.isZero() || ejectFor.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("for must be longer than 0 and at most an hour.");
    }
    if (slowStart.isNegative() || slowStart.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("slow-start must be at most an hour.");
    }
  }

  public UpstreamOptions withProtocol(Protocol newProtocol) {
    return new UpstreamOptions(
        newProtocol, maxConnections, maxPending, ejectAfter, ejectFor, slowStart);
  }

  /** Bounds for one target: connections, and requests that wait for one. */
  public UpstreamOptions withConnections(int newMaxConnections, int newMaxPending) {
    return new UpstreamOptions(
        protocol, newMaxConnections, newMaxPending, ejectAfter, ejectFor, slowStart);
  }

  /** When a failing target is left alone, and for how long. */
  public UpstreamOptions withEjection(int newEjectAfter, Duration newEjectFor) {
    return new UpstreamOptions(
        protocol, maxConnections, maxPending, newEjectAfter, newEjectFor, slowStart);
  }

  public UpstreamOptions withSlowStart(Duration newSlowStart) {
    return new UpstreamOptions(
        protocol, maxConnections, maxPending, ejectAfter, ejectFor, newSlowStart);
  }
}
