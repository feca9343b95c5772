package io.iworx.eventbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.Start;
import io.iworx.eventbus.spi.SubscriptionDefinition;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TenureTest {
  private static final Duration LEASE = Duration.ofMinutes(10);

  private static Tenure claimed(Duration ago) {
    var options = EventBusOptions.defaults();
    var decoder =
        new EventDecoder<>(List.of(EventType.of("t", String.class)), new SharedPayloads());
    var processing =
        new Processing(new BusTelemetry(OpenTelemetry.noop()), new SharedContexts(), "s");
    var subscriber =
        new Subscriber<>(
            new SubscriptionDefinition("s", "service", 1, List.of("t"), Start.LATEST, 1),
            new FakeLog(),
            "i",
            decoder,
            new Handover.Plain<String>(decoder, (_, _) -> {}, processing),
            options.subscriptions(),
            options);
    var claim =
        new Claim("s", 0, 1, "i", 1, Checkpoint.at(10), List.of(), false, LEASE, Instant.EPOCH);
    return new Tenure(subscriber, claim, System.nanoTime() - ago.toNanos());
  }

  private static void prolong(Tenure tenure) {
    tenure.written(tenure.prepare().orElseThrow(), System.nanoTime());
  }

  @Test
  void lastsAsLongAsItsLeaseIsProlonged() {
    var tenure = claimed(LEASE.minusMinutes(1));
    assertThat(tenure.lasts()).isTrue();
    prolong(tenure);
    assertThat(tenure.lasts()).isTrue();
  }

  /** Who heard that it is over dropped what it had in hand, and would never come back to it. */
  @Test
  void isNotBroughtBackByAStoreThatProlongsALeaseThatHadRunOut() throws InterruptedException {
    var tenure = claimed(LEASE.plusMinutes(1));
    assertThat(tenure.lasts()).isFalse();
    prolong(tenure);
    assertThat(tenure.lasts()).isFalse();
    assertThat(tenure.pause(Duration.ofMinutes(1))).isFalse();
  }
}
