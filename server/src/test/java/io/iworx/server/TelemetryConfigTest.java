package io.iworx.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TelemetryConfigTest {
  @Test
  void isOffUnlessAskedFor() {
    assertThat(TelemetryConfig.parse("routes: []")).isEqualTo(TelemetryOptions.OFF);
    assertThat(TelemetryConfig.read(null).isOff()).isTrue();
    assertThat(Telemetry.start(TelemetryOptions.OFF, Map.of()).metrics()).isNull();
  }

  @Test
  void readsWhatTheFileSays() {
    var options =
        TelemetryConfig.parse(
            """
            telemetry:
              metrics: true
              otlp: http://collector:4318
              sample: 0.1
              every: 10s
            """);
    assertThat(options)
        .isEqualTo(
            new TelemetryOptions(
                true, URI.create("http://collector:4318"), 0.1, Duration.ofSeconds(10)));
  }

  @Test
  void whatCannotBeUsedIsRefusedInASentence() {
    refuses("prometheus: true", "telemetry.prometheus is not known here");
    refuses("metrics: maybe", "telemetry.metrics is true or false");
    refuses("otlp: collector:4318", "telemetry.otlp must be an http or https URL");
    refuses("otlp: 'http://a b'", "telemetry.otlp is no URL");
    refuses("sample: 2", "telemetry.sample must be a share from 0 to 1");
    refuses("sample: often", "telemetry.sample must be a share from 0 to 1");
    refuses("every: 10ms", "telemetry.every must be a second or more");
    refuses("every: now", "telemetry.every is no length of time");
  }

  private static void refuses(String line, String sentence) {
    assertThatThrownBy(() -> TelemetryConfig.parse("telemetry:\n  " + line))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void aPasswordInTheUrlIsRefusedAndNotRepeated() {
    assertThatThrownBy(
            () -> TelemetryConfig.parse("telemetry:\n  otlp: http://ada:geheim@collector:4318"))
        .isInstanceOf(CommandException.class)
        .hasMessageNotContaining("geheim");
  }

  @Test
  void headersThatAreNoneAreRefused() {
    var options = TelemetryOptions.OFF.withMetrics(true);
    assertThatThrownBy(() -> Telemetry.start(options, Map.of(Telemetry.HEADERS_VARIABLE, "geheim")))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("name=value")
        .hasMessageNotContaining("geheim");
  }
}
