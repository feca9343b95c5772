package io.iworx.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class SettableClockTest {
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

  @Test
  void standsStillUntilItIsTold() {
    var clock = SettableClock.at(NOON);
    assertThat(clock.instant()).isEqualTo(NOON);
    clock.advance(Duration.ofHours(1));
    assertThat(clock.instant()).isEqualTo(NOON.plusSeconds(3_600));
    clock.set(NOON);
    assertThat(clock.instant()).isEqualTo(NOON);
  }

  @Test
  void isFollowedByItsCopiesInOtherZones() {
    var clock = SettableClock.at(NOON);
    var there = clock.withZone(ZoneId.of("Asia/Tokyo"));
    clock.advance(Duration.ofSeconds(1));
    assertThat(there.instant()).isEqualTo(NOON.plusSeconds(1));
  }
}
