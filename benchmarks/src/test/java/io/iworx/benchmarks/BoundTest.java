package io.iworx.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BoundTest {
  private static final Bound RATE = new Bound(2, 3, false, true, true);
  private static final Bound SHARE = new Bound(0.9, 1, false, true, false);
  private static final Bound LATENCY = new Bound(10, 4, true, false, false);

  @Test
  void aRateHoldsByItsRatio() {
    assertThat(RATE.holds(new Figure(200, 100, 50, 50))).isTrue();
    assertThat(RATE.holds(new Figure(199, 100, 50, 50))).isFalse();
  }

  @Test
  void aRateAlsoHoldsByTheInverseRatioOfProcessorTime() {
    assertThat(RATE.holds(new Figure(100, 100, 25, 50))).isTrue();
    assertThat(RATE.holds(new Figure(100, 100, 50, 25))).isFalse();
  }

  @Test
  void aShareOfOurOwnDoesNotHoldByProcessorTime() {
    assertThat(SHARE.holds(new Figure(80, 100, 1, 50))).isFalse();
    assertThat(SHARE.holds(new Figure(90, 100, 50, 1))).isTrue();
  }

  @Test
  void aLatencyHoldsUpToItsFloor() {
    assertThat(LATENCY.holds(Figure.alone(10))).isTrue();
    assertThat(LATENCY.holds(Figure.alone(10.1))).isFalse();
  }

  @Test
  void whatWasNotMeasuredNeitherHoldsNorFails() {
    assertThat(RATE.holds(new Figure(200, Double.NaN, 50, Double.NaN))).isNull();
    assertThat(LATENCY.holds(Figure.NONE)).isNull();
    assertThat(Bound.NONE.holds(new Figure(200, 100, 50, 50))).isNull();
  }
}
