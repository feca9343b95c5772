package io.iworx.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.gateway.GatewayConfig;
import io.iworx.postgres.RetentionOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetentionConfigTest {
  @Test
  void keepsEverythingUnlessToldOtherwise() {
    assertThat(RetentionConfig.parse("routes: []")).isEmpty();
    assertThat(RetentionConfig.read(null)).isEmpty();
  }

  @Test
  void readsWhatTheGatewayLeavesAlone() {
    var yaml =
        "retention: {keep: 30d, rotate-every: 1d, check-every: 5m, drop-unread: true}\nroutes: [{service: assets}]";
    assertThat(GatewayConfig.parse(yaml, "test").routes()).hasSize(1);
    assertThat(RetentionConfig.parse(yaml))
        .contains(
            new RetentionOptions(
                Duration.ofDays(30), Duration.ofDays(1), Duration.ofMinutes(5), true));
    assertThat(RetentionConfig.parse("retention: {keep: 8h}").orElseThrow().rotateEvery())
        .isBetween(Duration.ofHours(1), Duration.ofHours(1).plusMillis(1));
  }

  @Test
  void sagasAreKeptAsLongAsIsSaid() {
    assertThat(RetentionConfig.parseSagas("retention: {keep: 1d}")).isEmpty();
    assertThat(RetentionConfig.parseSagas("retention: {sagas: 90d}")).contains(Duration.ofDays(90));
    assertThat(RetentionConfig.parse("retention: {sagas: 90d}")).isEmpty();
    assertThat(RetentionConfig.parse("retention: {keep: 1d, sagas: 90d}")).isPresent();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                           | retention.keep is missing",
        "{keep: soon}                 | retention.keep is no length of time",
        "{keep: 1d, drop-unread: 1}   | retention.drop-unread is true or false",
        "{keep: 1d, size: 3}          | retention.size is not known here",
      })
  void saysWhatIsWrong(String section, String sentence) {
    assertThatThrownBy(() -> RetentionConfig.parse("retention: " + section))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining(sentence);
  }
}
