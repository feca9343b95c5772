package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.iworx.trace.TraceRecorder;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** One line for each request, at no request's expense. */
final class AccessLogTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(AccessLog.LOGGER);
  private final Lines lines = new Lines(logger.getLoggerContext());
  private final RecordingUpstream upstream = new RecordingUpstream();

  AccessLogTest() {
    logger.addAppender(lines);
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
  }

  /** What was written; waits before each line until it may. */
  private static final class Lines extends AppenderBase<ILoggingEvent> {
    private final List<ILoggingEvent> written = new CopyOnWriteArrayList<>();
    private volatile CountDownLatch may = new CountDownLatch(0);

    Lines(LoggerContext context) {
      setContext(context);
      start();
    }

    @Override
    protected void append(ILoggingEvent event) {
      try {
        may.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      event.prepareForDeferredProcessing(); // whose thread it is, it says only when asked
      written.add(event);
    }

    /** What a line says under a name. */
    static String value(ILoggingEvent line, String name) {
      return line.getKeyValuePairs().stream()
          .filter(it -> it.key.equals(name))
          .map(it -> String.valueOf(it.value))
          .findFirst()
          .orElse("");
    }
  }

  @AfterEach
  void close() throws Exception {
    logger.detachAppender(lines);
    logger.setLevel(null);
    logger.setAdditive(true);
    upstream.close();
  }

  private Gateway gateway(double sample) {
    return Gateway.start(
        GatewayConfig.of(
                List.of(
                    Route.of("assets", upstream.url()).withPublicAccess(true),
                    Route.of("people", null).withPublicAccess(true)))
            .withPort(0)
            .withAccessLog(new AccessLogOptions(sample)),
        TraceRecorder.none());
  }

  private static void get(Gateway gateway, String path) throws Exception {
    RawClient.ask(gateway, "GET " + path + " HTTP/1.1\r\nHost: g\r\nx-correlation-id: c-1\r\n\r\n");
  }

  @Test
  void aLineSaysWhatBecameOfARequestAndNothingOfItsQueryOrToken() throws Exception {
    try (var gateway = gateway(1)) {
      get(gateway, "/api/assets/1?token=geheim");
    }
    assertThat(lines.written).hasSize(1);
    var line = lines.written.getFirst();
    assertThat(line.getFormattedMessage()).isEqualTo("done");
    assertThat(Lines.value(line, "correlationId")).isEqualTo("c-1");
    assertThat(Lines.value(line, "method")).isEqualTo("GET");
    assertThat(Lines.value(line, "path")).isEqualTo("/api/assets/1");
    assertThat(Lines.value(line, "status")).isEqualTo("200");
    assertThat(Lines.value(line, "service")).isEqualTo("assets");
    assertThat(Lines.value(line, "client")).isEqualTo("127.0.0.1");
    assertThat(Lines.value(line, "bytes")).isEqualTo("2");
    assertThat(line.getKeyValuePairs().toString()).doesNotContain("geheim");
    assertThat(line.getThreadName()).isEqualTo("iworx-gateway-access");
  }

  @Test
  void ofASampleOnlyFailuresAreCertain() throws Exception {
    try (var gateway = gateway(0)) {
      get(gateway, "/api/assets/1");
      get(gateway, "/api/nothing");
      get(gateway, "/api/people/1");
    }
    assertThat(lines.written).hasSize(1);
    assertThat(Lines.value(lines.written.getFirst(), "status")).isEqualTo("503");
  }

  @Test
  void aSampleIsAboutTheShareItIsToBeAndKeepsRequestsOfOneIdTogether() {
    try (var log = AccessLog.start(0.1)) {
      for (var i = 0; i < 4_000; i++) {
        log.refused(Instant.EPOCH, "request-" + i % 2_000, 400);
      }
    }
    assertThat(lines.written).hasSizeBetween(300, 500);
    assertThat(lines.written.size() % 2).isZero();
  }

  @Test
  void whatCannotBeWrittenIsDroppedAndCountedAndNobodyWaits() {
    lines.may = new CountDownLatch(1);
    try (var log = AccessLog.start(1)) {
      for (var i = 0; i < AccessLog.CAPACITY + 100; i++) {
        log.refused(Instant.EPOCH, "c-" + i, 400); // returns though nothing can be written
      }
      assertThat(log.dropped()).isBetween(99L, 100L);
      lines.may.countDown();
      await()
          .until(
              () ->
                  !lines.written.isEmpty()
                      && lines
                          .written
                          .getLast()
                          .getFormattedMessage()
                          .equals("lines were dropped"));
      assertThat(lines.written).hasSize((int) (AccessLog.CAPACITY + 101 - log.dropped()));
    }
  }
}
