package io.iworx.correlation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** The MDC and OpenTelemetry follow the context. */
class AmbientTest {
  private static final String TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final TraceContext TRACE =
      new TraceContext(
          "00-" + TRACE_ID + "-00f067aa0ba902b7-01", "vendor=1,other=2", "tenant=blue");

  @AfterEach
  void leavesNothingBehind() {
    assertThat(MDC.get(Correlation.MDC_KEY)).isNull();
    assertThat(Span.current().getSpanContext().isValid()).isFalse();
  }

  @Test
  void mdcHoldsTheIdOfTheInnermostContext() {
    Correlation.of("outer")
        .run(
            () -> {
              assertThat(MDC.get(Correlation.MDC_KEY)).isEqualTo("outer");
              Correlation.of("inner")
                  .run(() -> assertThat(MDC.get(Correlation.MDC_KEY)).isEqualTo("inner"));
              assertThat(MDC.get(Correlation.MDC_KEY)).isEqualTo("outer");
            });
  }

  @Test
  void mdcIsPutBackWhenTheWorkThrows() {
    MDC.put(Correlation.MDC_KEY, "set by someone else");
    try {
      assertThatThrownBy(
              () ->
                  Correlation.of("c-1")
                      .run(
                          () -> {
                            throw new IllegalStateException("work");
                          }))
          .hasMessage("work");
      assertThat(MDC.get(Correlation.MDC_KEY)).isEqualTo("set by someone else");
    } finally {
      MDC.remove(Correlation.MDC_KEY);
    }
  }

  @Test
  void otherMdcEntriesAreLeftAlone() {
    MDC.put("mine", "1");
    try {
      Correlation.of("c-1").run(() -> assertThat(MDC.get("mine")).isEqualTo("1"));
      assertThat(MDC.get("mine")).isEqualTo("1");
    } finally {
      MDC.remove("mine");
    }
  }

  @Test
  void openTelemetrySeesTheRemoteSpanItsStateAndTheBaggage() {
    Correlation.of("c-1")
        .withTraceContext(TRACE)
        .run(
            () -> {
              var span = Span.current().getSpanContext();
              assertThat(span.isRemote()).isTrue();
              assertThat(span.getTraceId()).isEqualTo(TRACE_ID);
              assertThat(span.getSpanId()).isEqualTo("00f067aa0ba902b7");
              assertThat(span.isSampled()).isTrue();
              assertThat(span.getTraceState().get("other")).isEqualTo("2");
              assertThat(Baggage.current().getEntryValue("tenant")).isEqualTo("blue");
            });
  }

  @Test
  void aNearerSpanOfTheSameTraceStaysCurrent() {
    var nearer =
        Span.wrap(
            SpanContext.create(
                TRACE_ID, "1111111111111111", TraceFlags.getSampled(), TraceState.getDefault()));
    try (var _ = nearer.makeCurrent()) {
      Correlation.of("c-1")
          .withTraceContext(TRACE)
          .run(
              () ->
                  assertThat(Span.current().getSpanContext().getSpanId())
                      .isEqualTo("1111111111111111"));
    }
  }

  @Test
  void withoutATraceContextOpenTelemetryIsLeftAlone() {
    Correlation.of("c-1")
        .run(() -> assertThat(Span.current().getSpanContext().isValid()).isFalse());
  }
}
