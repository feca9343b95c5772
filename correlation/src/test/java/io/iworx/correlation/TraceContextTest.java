package io.iworx.correlation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Foreign trace headers: carried unchanged or not at all. */
class TraceContextTest {
  private static final String VALID = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  @Test
  void carriesWhatCameUnchanged() {
    var context = TraceContext.of(VALID, "a=1,b=2", "k=v;p=1");
    assertThat(context).isEqualTo(new TraceContext(VALID, "a=1,b=2", "k=v;p=1"));
    assertThat(new TraceContext(VALID, null, null).traceId())
        .isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\nx: y"
      })
  void aMalformedTraceparentMeansNoTraceContext(String traceparent) {
    assertThat(TraceContext.of(traceparent, "a=1", "k=v")).isNull();
    assertThatThrownBy(() -> new TraceContext(traceparent, null, null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void malformedOrOversizedStateAndBaggageAreDroppedAlone() {
    assertThat(TraceContext.of(VALID, "a=1\r\nx: y", "k=v"))
        .isEqualTo(new TraceContext(VALID, null, "k=v"));
    assertThat(TraceContext.of(VALID, "a".repeat(513), "b".repeat(8193)))
        .isEqualTo(new TraceContext(VALID, null, null));
    assertThatThrownBy(() -> new TraceContext(VALID, "a=1\r\nx: y", null))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
