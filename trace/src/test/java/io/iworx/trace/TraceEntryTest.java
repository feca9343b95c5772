package io.iworx.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Correlation;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TraceEntryTest {

  @Test
  void keepsTheFirstLineOfADetail() {
    assertThat(detail("ERROR: no such column\n  Position: 281")).isEqualTo("ERROR: no such column");
    assertThat(detail("")).isEmpty();
  }

  @Test
  void cutsALongDetail() {
    assertThat(detail("x".repeat(TraceEntry.MAX_DETAIL))).hasSize(TraceEntry.MAX_DETAIL);
    assertThat(detail("x".repeat(TraceEntry.MAX_DETAIL + 1)))
        .hasSize(TraceEntry.MAX_DETAIL)
        .endsWith("x…");
  }

  private static String detail(String detail) {
    var entry =
        new TraceEntry(
            TraceEntry.Kind.STEP,
            "1",
            Correlation.of("c-1"),
            "work-order-service",
            "create",
            Instant.EPOCH,
            Duration.ZERO,
            false,
            detail);
    return String.valueOf(entry.detail());
  }
}
