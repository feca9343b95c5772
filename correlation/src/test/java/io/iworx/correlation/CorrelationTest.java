package io.iworx.correlation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the context holds, which ids it takes, and where it is in scope. */
class CorrelationTest {
  private static final String LONGEST = "a".repeat(128);

  @Test
  void freshContextsHaveAVersion7IdAndNothingElse() {
    var fresh = Correlation.fresh();

    assertThat(fresh.correlationId())
        .matches("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    assertThat(fresh).isEqualTo(Correlation.of(fresh.correlationId()));
    assertThat(fresh.identity()).isEqualTo(Identity.NONE);
    assertThat(fresh.causationId()).isNull();
    assertThat(fresh.deadline()).isNull();
    assertThat(Correlation.fresh().correlationId()).isNotEqualTo(fresh.correlationId());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "Req-1.2_3:4",
        "0196b2c4-6d5e-7f00-8000-000000000001",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      })
  void acceptsOrdinaryIds(String id) {
    assertThat(Correlation.accepts(id)).isTrue();
    assertThat(Correlation.of(id).correlationId()).isEqualTo(id);
  }

  @Test
  void acceptsAtMost128Characters() {
    assertThat(Correlation.accepts(LONGEST)).isTrue();
    assertThat(Correlation.accepts(LONGEST + "a")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a b",
        "a\r\nset-cookie: x=1",
        "a\n",
        "a%0d%0ab",
        "\u001b[31mred",
        "${jndi:ldap://evil/x}",
        "a\"b",
        "a/b",
        "ä",
        "a\u0000",
        "<script>"
      })
  void refusesIdsThatCouldInject(String id) {
    assertThat(Correlation.accepts(id)).isFalse();
    assertThatThrownBy(() -> Correlation.of(id))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("correlation id")
        .hasMessageNotContaining("jndi");
    var known = Correlation.of("known");
    assertThatThrownBy(() -> known.withCausationId(id))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("causation id");
  }

  @Test
  void refusesNoIdAtAll() {
    assertThat(Correlation.accepts(null)).isFalse();
  }

  @Test
  void copiesDifferInOneComponent() {
    var at = Instant.parse("2026-11-23T12:00:00Z");
    var trace =
        new TraceContext("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", null, null);
    var identity = Identity.of("u-1", "org-1");

    var all =
        Correlation.of("c-1")
            .withCausationId("hop-1")
            .withCallingService("safety-service")
            .withIdentity(identity)
            .withDeadline(at)
            .withTraceContext(trace);

    assertThat(all)
        .isEqualTo(new Correlation("c-1", "hop-1", "safety-service", identity, at, trace));
  }

  @Test
  void isInScopeWhileTheWorkRunsAndNotAfterIt() {
    var outer = Correlation.of("outer");
    var inner = Correlation.of("inner");

    assertThat(Correlation.current()).isEmpty();
    outer.run(
        () -> {
          assertThat(Correlation.current()).contains(outer);
          inner.run(() -> assertThat(Correlation.current()).contains(inner));
          assertThat(Correlation.currentOrFresh()).isEqualTo(outer);
        });
    assertThat(Correlation.current()).isEmpty();
  }

  @Test
  void givesAFreshOneOnlyWhereNoneIsInScope() {
    assertThat(Correlation.currentOrFresh()).isNotEqualTo(Correlation.currentOrFresh());
  }

  @Test
  void handsTheResultAndTheExceptionThrough() throws IOException {
    var correlation = Correlation.of("c-1");

    assertThat(correlation.<String, RuntimeException>call(() -> "done")).isEqualTo("done");
    assertThatThrownBy(
            () ->
                correlation.call(
                    () -> {
                      throw new IOException("from the work");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("from the work");
    assertThat(Correlation.current()).isEmpty();
  }
}
