package io.iworx.gateway;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One structured line for each finished request, by the logger {@value #LOGGER}: never a token,
 * never a query. Lines are handed over by event loops, which do not wait, and written by a thread
 * of its own; what it cannot keep up with is dropped and counted. Safe for any thread.
 */
final class AccessLog implements AutoCloseable {
  static final String LOGGER = "io.iworx.gateway.access";

  /** Lines that may wait to be written. */
  static final int CAPACITY = 8_192;

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);
  private static final long IDLE_MILLIS = 100;

  /** Of so many hash values, the share that is to be written is. */
  private static final int SHARES = 1 << 16;

  private final Logger log;
  private final int chosen;
  private final BlockingQueue<Line> waiting = new ArrayBlockingQueue<>(CAPACITY);
  private final AtomicLong dropped = new AtomicLong();
  private final Thread writer;
  private volatile boolean closed;
  private long told; // the writer's own

  /** What is written of a request; without an exchange only how it was refused is known. */
  private record Line(
      Instant at, String correlationId, int status, @Nullable Exchange exchange, long millis) {}

  private AccessLog(Logger log, double sample) {
    this.log = log;
    this.chosen = (int) Math.round(sample * SHARES);
    this.writer = Thread.ofPlatform().daemon().name("iworx-gateway-access").unstarted(this::write);
  }

  /**
   * @param sample the share of requests that get a line, 0 to 1; those that failed on this side and
   *     those that were cut off always do
   */
  static AccessLog start(double sample) {
    return start(LoggerFactory.getLogger(LOGGER), sample);
  }

  static AccessLog start(Logger log, double sample) {
    var accessLog = new AccessLog(log, sample);
    accessLog.writer.start();
    return accessLog;
  }

  void finished(Exchange exchange, Duration took) {
    if (log.isInfoEnabled()
        && (exchange.status() >= 500 || exchange.cutOff() || isChosen(exchange.correlationId()))) {
      offer(
          new Line(
              exchange.startedAt(),
              exchange.correlationId(),
              exchange.status(),
              exchange,
              took.toMillis()));
    }
  }

  /** A request that never became an exchange: nothing of it is repeated here. */
  void refused(Instant at, String correlationId, int status) {
    if (log.isInfoEnabled() && isChosen(correlationId)) {
      offer(new Line(at, correlationId, status, null, 0));
    }
  }

  /** By the correlation id, so that all requests of one are written, or none. */
  private boolean isChosen(String correlationId) {
    var hash = correlationId.hashCode() * 0x9E3779B9;
    return chosen == SHARES || hash >>> 16 < chosen;
  }

  private void offer(Line line) {
    if (!waiting.offer(line)) {
      dropped.incrementAndGet();
    }
  }

  /** How many lines could not be written so far. */
  long dropped() {
    return dropped.get();
  }

  private void write() {
    try {
      while (!closed || !waiting.isEmpty()) {
        var line = waiting.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
        if (line != null) {
          write(line);
        }
        tellDropped();
      }
    } catch (InterruptedException e) {
      // Whoever closes it has waited long enough.
    }
  }

  private void write(Line line) {
    var event =
        log.atInfo()
            .addKeyValue("correlationId", line.correlationId)
            .addKeyValue("at", line.at)
            .addKeyValue("status", line.status);
    var exchange = line.exchange;
    if (exchange == null) {
      event.log("refused");
    } else {
      of(event, exchange)
          .addKeyValue("ms", line.millis)
          .log(exchange.cutOff() ? "cut off" : "done");
    }
  }

  private static LoggingEventBuilder of(LoggingEventBuilder event, Exchange exchange) {
    var route = exchange.matchedRoute();
    return event
        .addKeyValue("method", exchange.request().method().name())
        .addKeyValue("path", exchange.path())
        .addKeyValue("service", route == null ? "-" : route.service())
        .addKeyValue("caller", exchange.caller().name())
        .addKeyValue("client", exchange.client().address())
        .addKeyValue("hop", exchange.hopId())
        .addKeyValue("bytes", exchange.bytesOut());
  }

  private void tellDropped() {
    var now = dropped.get();
    if (now > told && waiting.isEmpty()) {
      log.atWarn().addKeyValue("dropped", now - told).log("lines were dropped");
      told = now;
    }
  }

  /** Writes what waits, within reason. */
  @Override
  public void close() {
    closed = true;
    try {
      if (!writer.join(CLOSE_TIMEOUT)) {
        writer.interrupt();
      }
    } catch (InterruptedException e) {
      writer.interrupt();
      Thread.currentThread().interrupt();
    }
  }
}
