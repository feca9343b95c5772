package io.iworx.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;
import tools.jackson.databind.json.JsonMapper;

class LogLinesTest {
  private static final String HOSTILE = "a\r\nb \u001b[31m \"quoted\" ${jndi:ldap://x}";

  private static LoggingEvent event(String message, @Nullable Throwable failure) {
    var logger = new LoggerContext().getLogger("service.asset-service");
    var event = new LoggingEvent("x", logger, Level.WARN, message, failure, null);
    event.setMDCPropertyMap(Map.of("correlationId", "c-1"));
    event.addKeyValuePair(new KeyValuePair("service", "asset-service"));
    event.addKeyValuePair(new KeyValuePair("assetId", HOSTILE));
    return event;
  }

  @Test
  void aJsonLineIsOneObjectWhateverIsInIt() {
    var line =
        new String(
            new JsonLines().encode(event(HOSTILE, new IllegalStateException(HOSTILE))),
            StandardCharsets.UTF_8);
    assertThat(line).endsWith("\n").hasLineCount(1);
    var json = JsonMapper.shared().readTree(line);
    assertThat(json.path("message").asString()).isEqualTo(HOSTILE);
    assertThat(json.path("level").asString()).isEqualTo("WARN");
    assertThat(json.path("service").asString()).isEqualTo("asset-service");
    assertThat(json.path("correlationId").asString()).isEqualTo("c-1");
    assertThat(json.path("data").path("assetId").asString()).isEqualTo(HOSTILE);
    assertThat(json.path("error").asString()).contains("IllegalStateException");
    assertThat(json.path("timestamp").asString()).endsWith("Z");
  }

  @Test
  void aTerminalLineIsOneLine() {
    var line = new String(new TerminalLines().encode(event(HOSTILE, null)), StandardCharsets.UTF_8);
    assertThat(line)
        .hasLineCount(1)
        .contains("WARN", "[c-1]", "assetId=a??b")
        .doesNotContain("\u001b");
  }
}
