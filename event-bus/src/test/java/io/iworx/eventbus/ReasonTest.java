package io.iworx.eventbus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReasonTest {
  @Test
  void tellsTheFailureAndItsCauses() {
    var failure = new IllegalStateException("outer", new IllegalArgumentException("in\0ner"));
    assertThat(Reason.of(failure))
        .isEqualTo("IllegalStateException: outer; because of IllegalArgumentException: in?ner");
    assertThat(Reason.of(new IllegalStateException())).isEqualTo("IllegalStateException");
  }

  @Test
  void endsWhereItWouldGetTooLong() {
    assertThat(Reason.of(new IllegalStateException("x".repeat(10_000)))).hasSize(Reason.MAX_LENGTH);
    assertThat(Reason.shorten("ab\ud83d\ude00cd", 4)).isEqualTo("ab…");
    assertThat(Reason.shorten("abcd", 4)).isEqualTo("abcd");
  }

  @Test
  void survivesCausesInACircle() {
    var a = new IllegalStateException("a");
    a.initCause(new IllegalStateException("b", a));
    assertThat(Reason.of(a)).startsWith("IllegalStateException: a");
  }
}
