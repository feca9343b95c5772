package io.iworx.correlation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What an exception permits. */
class FailureKindTest {

  private static final class Refused extends RuntimeException implements ClassifiedFailure {
    Refused() {
      super("refused");
    }

    @Override
    public FailureKind kind() {
      return new FailureKind.Permanent();
    }
  }

  @Test
  void anExceptionThatSaysNothingIsRetryable() {
    assertThat(ClassifiedFailure.kindOf(new IOException("broken")))
        .isEqualTo(new FailureKind.Retryable());
  }

  @Test
  void itsOwnKindOrThatOfItsNearestCauseCounts() {
    assertThat(ClassifiedFailure.kindOf(new Refused())).isEqualTo(new FailureKind.Permanent());
    assertThat(ClassifiedFailure.kindOf(new IllegalStateException(new IOException(new Refused()))))
        .isEqualTo(new FailureKind.Permanent());
  }

  @Test
  void aCircleOfCausesEnds() {
    var first = new IllegalStateException("first");
    var second = new IllegalStateException("second", first);
    first.initCause(second);
    assertThat(ClassifiedFailure.kindOf(first)).isEqualTo(new FailureKind.Retryable());
  }

  @Test
  void nobodyCanAskToBeLeftAloneForLessThanNoTime() {
    assertThat(new FailureKind.Throttled(Duration.ZERO).retryAfter()).isZero();
    assertThatThrownBy(() -> new FailureKind.Throttled(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
