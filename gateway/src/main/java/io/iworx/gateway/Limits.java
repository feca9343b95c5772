package io.iworx.gateway;

import java.time.Duration;

/**
 * What the gateway takes from a client before it refuses.
 *
 * @param maxRequestBody bytes of a request's body, 413 beyond; default 10 MiB, {@link
 *     Long#MAX_VALUE} is unlimited
 * @param maxHeader bytes of all header fields, 431 beyond; default 16 KiB
 * @param maxUri bytes of the request target, 414 beyond; default 8 KiB
 * @param maxConnections open client connections, 503 beyond; default 10,000
 * @param headerTimeout from the first byte of a request to the end of its header, 408 beyond;
 *     default 10 s
 * @param bodyTimeout the longest silence of a client that sends a body (408) or reads an answer
 *     (closed); default 30 s
 * @param idleTimeout how long a connection without a request stays open; default 60 s
 * @param connectTimeout how long a connection to a target may take, TLS included, 503 beyond;
 *     default 3 s
 * @param drainTimeout how long open exchanges may take to finish when the gateway closes; default
 *     20 s
 */
public record Limits(
    long maxRequestBody,
    int maxHeader,
    int maxUri,
    int maxConnections,
    Duration headerTimeout,
    Duration bodyTimeout,
    Duration idleTimeout,
    Duration connectTimeout,
    Duration drainTimeout) {

  /** 10 MiB bodies, 16 KiB headers, 8 KiB targets, 10,000 connections, and the times above. */
  public static final Limits DEFAULT =
      new Limits(
          10L << 20,
          16 << 10,
          8 << 10,
          10_000,
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofSeconds(3),
          Duration.ofSeconds(20));

  /**
   * Checks each limit.
   *
   * @throws IllegalArgumentException with a sentence, when one cannot be used
   */
  public Limits {
    if (maxRequestBody < 0) {
      throw new IllegalArgumentException("max-request-body must not be negative.");
    }
    if (maxHeader < 1024 || maxHeader > 1 << 20 || maxUri < 256 || maxUri > 1 << 20) {
      throw new IllegalArgumentException(
          "max-header must be 1 KiB to 1 MiB and max-uri 256 bytes to 1 MiB.");
    }
    if (maxConnections < 1) {
      throw new IllegalArgumentException("max-connections must be at least 1.");
    }
    requirePositive("header-timeout", headerTimeout);
    requirePositive("body-timeout", bodyTimeout);
    requirePositive("idle-timeout", idleTimeout);
    requirePositive("connect-timeout", connectTimeout);
    requirePositive("drain-timeout", drainTimeout);
  }

  public Limits withMaxRequestBody(long newMaxRequestBody) {
    return new Limits(
        newMaxRequestBody,
        maxHeader,
        maxUri,
        maxConnections,
        headerTimeout,
        bodyTimeout,
        idleTimeout,
        connectTimeout,
        drainTimeout);
  }

  public Limits withMaxConnections(int newMaxConnections) {
    return new Limits(
        maxRequestBody,
        maxHeader,
        maxUri,
        newMaxConnections,
        headerTimeout,
        bodyTimeout,
        idleTimeout,
        connectTimeout,
        drainTimeout);
  }

  public Limits withDrainTimeout(Duration newDrainTimeout) {
    return new Limits(
        maxRequestBody,
        maxHeader,
        maxUri,
        maxConnections,
        headerTimeout,
        bodyTimeout,
        idleTimeout,
        connectTimeout,
        newDrainTimeout);
  }

  /** The times a slow client is given: header, body, idle. */
  public Limits withClientTimeouts(Duration newHeader, Duration newBody, Duration newIdle) {
    return new Limits(
        maxRequestBody,
        maxHeader,
        maxUri,
        maxConnections,
        newHeader,
        newBody,
        newIdle,
        connectTimeout,
        drainTimeout);
  }

  private static void requirePositive(String name, Duration duration) {
    if (duration.isNegative() || duration.isZero() || duration.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException(name + " must be longer than 0 and at most a day.");
    }
  }
}
