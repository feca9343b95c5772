package io.iworx.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
  private final RetryPolicy policy =
      new RetryPolicy(5, Duration.ofMillis(100), Duration.ofMillis(1_000));

  @Test
  void waitsAnythingUpToADoublingLimit() {
    var random = new Random(1);
    for (int attempt = 1; attempt <= 6; attempt++) {
      var limit = Math.min(1_000, 100L << (attempt - 1));
      var wait = attempt;
      var waits =
          LongStream.generate(() -> policy.waitAfter(wait, random).toMillis())
              .limit(500)
              .sorted()
              .toArray();
      assertThat(waits[0]).isBetween(0L, limit / 10);
      assertThat(waits[499]).isBetween(limit * 9 / 10, limit);
    }
  }

  @Test
  void staysBelowTheCapHoweverManyAttemptsThereWere() {
    assertThat(policy.waitAfter(Integer.MAX_VALUE, new Random(1)))
        .isLessThanOrEqualTo(policy.cap());
  }

  @Test
  void mayWaitNotAtAll() {
    assertThat(new RetryPolicy(2, Duration.ZERO, Duration.ZERO).waitAfter(1, new Random(1)))
        .isZero();
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertThatThrownBy(() -> policy.withAttempts(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> policy.withBase(Duration.ofSeconds(2)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> policy.withBase(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
