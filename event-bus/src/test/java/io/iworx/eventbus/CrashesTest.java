package io.iworx.eventbus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CrashesTest {

  @Test
  void countsThoseInARow() {
    var reason = "";
    for (var times = 1; times <= Crashes.MAX; times++) {
      reason = Crashes.oneMore(reason);
      assertThat(Crashes.in(reason)).isEqualTo(times);
    }
  }

  @Test
  void anOrdinaryFailureIsNoCrash() {
    assertThat(Crashes.in("IOException: not yet")).isZero();
    assertThat(Crashes.in(Crashes.oneMore("IOException: not yet"))).isEqualTo(1);
  }
}
