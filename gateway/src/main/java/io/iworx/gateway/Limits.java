package io.iworx.gateway;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What the gateway takes from a client before it refuses.
 *
 * @param maxRequestBody bytes of a request's body, 413 beyond; default 10 MiB, {@link
 *     Long#MAX_VALUE} is unlimited
 * @param maxHeader bytes of all header fields, 431 beyond; default 16 KiB
 * @param maxUri bytes of the request target, 414 beyond; default 8 KiB
 * @param maxConnections open client connections, 503 beyond; default 10,000
 * @param maxWebSockets open WebSockets, 503 beyond; default 1,000. Each holds a connection of its
 *     target too, of those that {@link UpstreamOptions#maxConnections()} bounds
 * @param headerTimeout from the first byte of a request to the end of its header, 408 beyond;
 *     default 10 s
 * @param bodyTimeout the longest silence of a client that sends a body (408) or reads an answer
 *     (closed); default 30 s
 * @param minBodyRate bytes of a body that a client must send in a second, on average and beyond
 *     what {@code bodyTimeout} gives at once, 408 below; default 240, 0 for any
 * @param idleTimeout how long a connection without a request stays open; default 60 s
 * @param connectTimeout how long a connection to a target may take, TLS included, 503 beyond;
 *     default 3 s
 * @param drainTimeout how long open exchanges may take to finish when the gateway closes; default
 *     20 s
 * @param http2 what holds for clients that speak HTTP/2 besides
 */
public record Limits(
    long maxRequestBody,
    int maxHeader,
    int maxUri,
    int maxConnections,
    int maxWebSockets,
    Duration headerTimeout,
    Duration bodyTimeout,
    int minBodyRate,
    Duration idleTimeout,
    Duration connectTimeout,
    Duration drainTimeout,
    Http2 http2) {

  /**
   * What the gateway takes from a client that speaks HTTP/2, besides what these says of all. A
   * connection that goes beyond the second or third is closed with {@code ENHANCE_YOUR_CALM}.
   *
   * @param maxStreams requests under way at once on a connection; one more is refused ({@code
   *     REFUSED_STREAM}: it may be sent again); default 100
   * @param maxResets streams within 30 s that the client resets, or breaks so that the gateway
   *     must; default 200
   * @param maxEmptyFrames frames within 10 s that carry no part of a request, such as PING,
   *     SETTINGS, PRIORITY, WINDOW_UPDATE or empty DATA; requests, and answers for their windows,
   *     earn some back; default 1,000
   */
  public record Http2(int maxStreams, int maxResets, int maxEmptyFrames) {

    private static final int MOST = 1_000_000;

    /** 100 streams, 200 resets within 30 s, 1,000 empty frames within 10 s. */
    public static final Http2 DEFAULT = new Http2(100, 200, 1000);

    /**
     * Checks each limit.
     *
     * @throws IllegalArgumentException with a sentence, when one cannot be used
     */
    public Http2 {
      check("max-streams", maxStreams, 1);
      check("max-resets", maxResets, 1);
      check("max-empty-frames", maxEmptyFrames, 10); // a connection begins with some
    }

    private static void check(String name, int value, int least) {
      if (value < least || value > MOST) {
        throw new IllegalArgumentException(
            "http2.%s must be %d to 1000000.".formatted(name, least));
      }
    }
  }

  /** 10 MiB bodies, 16 KiB headers, 8 KiB targets, 10,000 connections, and the times above. */
  public static final Limits DEFAULT =
      new Limits(
          10L << 20,
          16 << 10,
          8 << 10,
          10_000,
          1000,
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          240,
          Duration.ofSeconds(60),
          Duration.ofSeconds(3),
          Duration.ofSeconds(20),
          Http2.DEFAULT);

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
    if (maxWebSockets < 0) {
      throw new IllegalArgumentException("max-websockets must not be negative.");
    }
    if (minBodyRate < 0) {
      throw new IllegalArgumentException("min-body-rate must not be negative.");
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
        maxWebSockets,
        headerTimeout,
        bodyTimeout,
        minBodyRate,
        idleTimeout,
        connectTimeout,
        drainTimeout,
        http2);
  }

  public Limits withMaxConnections(int newMaxConnections) {
    return new Limits(
        maxRequestBody,
        maxHeader,
        maxUri,
        newMaxConnections,
        maxWebSockets,
        headerTimeout,
        bodyTimeout,
        minBodyRate,
        idleTimeout,
        connectTimeout,
        drainTimeout,
        http2);
  }

  public Limits withMaxWebSockets(int newMaxWebSockets) {
    return new Limits(
        maxRequestBody,
        maxHeader,
        maxUri,
        maxConnections,
        newMaxWebSockets,
        headerTimeout,
        bodyTimeout,
        minBodyRate,
        idleTimeout,
        connectTimeout,
        drainTimeout,
        http2);
  }

  public Limits withDrainTimeout(Duration newDrainTimeout) {
    return new Limits(
        maxRequestBody,
        maxHeader,
        maxUri,
        maxConnections,
        maxWebSockets,
        headerTimeout,
        bodyTimeout,
        minBodyRate,
        idleTimeout,
        connectTimeout,
        newDrainTimeout,
        http2);
  }

  public Limits withHttp2(Http2 newHttp2) {
    return new Limits(
        maxRequestBody,
        maxHeader,
        maxUri,
        maxConnections,
        maxWebSockets,
        headerTimeout,
        bodyTimeout,
        minBodyRate,
        idleTimeout,
        connectTimeout,
        drainTimeout,
        newHttp2);
  }

  /** The times a slow client is given: header, body, idle. */
  public Limits withClientTimeouts(Duration newHeader, Duration newBody, Duration newIdle) {
    return new Limits(
        maxRequestBody,
        maxHeader,
        maxUri,
        maxConnections,
        maxWebSockets,
        newHeader,
        newBody,
        minBodyRate,
        newIdle,
        connectTimeout,
        drainTimeout,
        http2);
  }

  public Limits withMinBodyRate(int newMinBodyRate) {
    return new Limits(
        maxRequestBody,
        maxHeader,
        maxUri,
        maxConnections,
        maxWebSockets,
        headerTimeout,
        bodyTimeout,
        newMinBodyRate,
        idleTimeout,
        connectTimeout,
        drainTimeout,
        http2);
  }

  /**
   * How long a request's body may be silent, before any of it has come; streams of gRPC have no end
   * that anybody waits for, and are treated as streams of answers are.
   */
  Duration bodySilence(Exchange exchange) {
    return exchange.isGrpc() ? exchange.route().idle() : bodyTimeout;
  }

  /** Until when the next piece of a body must have come, after one of that many bytes. */
  long bodyDeadline(Exchange exchange, long before, int bytes) {
    var now = System.nanoTime();
    if (exchange.isGrpc()) {
      return now + exchange.route().idle().toNanos();
    }
    var longest = now + bodyTimeout.toNanos();
    if (minBodyRate == 0) {
      return longest;
    }
    var earned = before + TimeUnit.SECONDS.toNanos(bytes) / minBodyRate;
    return earned - longest < 0 ? earned : longest;
  }

  private static void requirePositive(String name, Duration duration) {
    if (duration.isNegative() || duration.isZero() || duration.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException(name + " must be longer than 0 and at most a day.");
    }
  }
}
