package io.iworx.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultsTest {

  @Test
  void theMedianOfAnOddNumberIsTheMiddleOne() {
    assertThat(Results.median(5, 1, 9)).isEqualTo(5);
  }

  @Test
  void theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
    assertThat(Results.median(1, 4, 2, 9)).isEqualTo(3);
  }

  @Test
  void theMedianOfNothingIsNoNumber() {
    assertThat(Results.median()).isNaN();
    assertThat(new Results().median("nobody", "rate")).isNaN();
  }

  @Test
  void ratesAndProcessorTimesFollowFromWhatWasReported() {
    var results = new Results();
    results.add("us", new Measurement(Map.of("events", 1_000.0, "seconds", 2.0), 0.05, 0.05));
    assertThat(results.median("us", "rate")).isEqualTo(500);
    assertThat(results.median("us", "cpu")).isCloseTo(50, within(1e-9));
    assertThat(results.median("us", "load")).isEqualTo(2.5);
  }

  @Test
  void runsWithoutAFigureDoNotCountForIt() {
    var results = new Results();
    results.add("us", new Measurement(Map.of("p50", 3.0), Double.NaN, Double.NaN));
    results.add("us", new Measurement(Map.of(), Double.NaN, Double.NaN));
    assertThat(results.median("us", "p50")).isEqualTo(3);
    assertThat(results.runs("us")).isEqualTo(2);
  }
}
