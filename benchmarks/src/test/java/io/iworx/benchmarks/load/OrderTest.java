package io.iworx.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class OrderTest {

  @Test
  void everyPayloadHasSixHundredBytes() {
    assertThat(Order.of(0, 1).json()).hasSize(Order.BYTES);
    assertThat(Order.of(12_345_678, Long.MAX_VALUE).json()).hasSize(Order.BYTES);
  }

  @Test
  void keysAreTenThousandAndAboutEquallyFrequent() {
    var counts = new java.util.HashMap<String, Integer>();
    LongStream.range(0, 100_000).forEach(i -> counts.merge(Order.key(i), 1, Integer::sum));
    assertThat(counts).hasSize(Order.KEYS);
    assertThat(counts.values()).allMatch(count -> count < 40);
  }
}
