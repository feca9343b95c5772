package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a server asks to be left alone. */
class RetryAfterTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-23T12:00:00Z"), ZoneOffset.UTC);

  @ParameterizedTest
  @CsvSource(
      nullValues = "absent",
      value = {
        "absent,0",
        "0,0",
        "7,7",
        "3600,3600",
        "3601,3600",
        "999999999,3600",
        "99999999999999999999999,3600",
        "-5,0",
        "1.5,0",
        "soon,0",
        "'',0",
        "'Mon, 23 Nov 2026 12:00:30 GMT',30",
        "'Mon, 23 Nov 2026 11:00:00 GMT',0",
        "'Fri, 31 Dec 9999 23:59:59 GMT',3600",
        "'Tue, 23 Nov 2026 12:00:30 GMT',0",
      })
  void isCappedAndGarbageAsksForNothing(@Nullable String header, long seconds) {
    assertThat(RetryAfter.of(header, CLOCK)).isEqualTo(Duration.ofSeconds(seconds));
  }
}
