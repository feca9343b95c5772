package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.iworx.correlation.Correlation;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The debug lines of the wire contract. */
class DebugLogTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(ServiceClient.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    logger.addAppender(lines);
    logger.setLevel(Level.DEBUG);
    logger.setAdditive(false);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(lines);
    logger.setLevel(null);
    logger.setAdditive(true);
  }

  @Test
  void eachCallIsOneLineWithoutTokenQueryOrBody() {
    try (var gateway = TestGateway.answering(404, "application/json", "{\"error\":\"not here\"}");
        var fine = TestGateway.answeringJson("{\"name\":\"body-secret\"}")) {
      Correlation.of("c-1")
          .run(
              () -> {
                for (var server : new TestGateway[] {fine, gateway}) {
                  var settings =
                      ClientSettings.of(server.uri()).withCredentials(() -> "token-secret");
                  try (var client = ServiceClient.create("work-order-service", settings)) {
                    client.post("/assets?q=query-secret", Map.of("n", "body-secret"), Object.class);
                  }
                }
              });
    }
    assertThat(lines.list).hasSize(2);
    assertThat(lines.list.getFirst().getFormattedMessage())
        .matches(
            "\\[Service Client] POST /assets -> 200 in \\d+ ms, attempts 1, correlation id c-1");
    assertThat(lines.list.getLast().getFormattedMessage())
        .matches(
            "\\[Service Client] POST /assets failed: not here \\(Permanent, status 404,"
                + " attempts 1, \\d+ ms, correlation id c-1\\)");
    assertThat(lines.list).noneMatch(line -> line.getFormattedMessage().contains("secret"));
  }
}
