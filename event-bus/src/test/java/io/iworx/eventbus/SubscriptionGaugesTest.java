package io.iworx.eventbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.eventbus.spi.SubscriptionAdmin;
import io.iworx.eventbus.spi.SubscriptionStatus;
import io.iworx.eventbus.spi.SubscriptionStore;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SubscriptionGaugesTest {
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(reader).build())
          .build();
  private final AtomicInteger asked = new AtomicInteger();
  private volatile boolean failing;

  @AfterEach
  void close() {
    sdk.close();
  }

  private static SubscriptionStatus status(String name) {
    return new SubscriptionStatus(
        name,
        "svc",
        1,
        List.of("a.b"),
        false,
        0,
        7,
        Duration.ofMillis(2_500),
        List.of(),
        List.of(),
        3,
        2,
        null);
  }

  private <T> T port(Class<T> type, String method, Function<String, Object> answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, called, _) -> {
              assertThat(called.getName()).isEqualTo(method);
              return answer.apply(method);
            }));
  }

  private SubscriptionGauges gauges(String... names) {
    var admin =
        port(
            SubscriptionAdmin.class,
            "list",
            _ -> {
              asked.incrementAndGet();
              if (failing) {
                throw new EventException("planted: the store does not answer");
              }
              return List.of(status("stock"), status("of-others"));
            });
    var store = port(SubscriptionStore.class, "admin", _ -> admin);
    return new SubscriptionGauges(new BusTelemetry(sdk), store, Set.of(names));
  }

  private Map<String, MetricData> collected() {
    return reader.collectAllMetrics().stream()
        .collect(Collectors.toMap(MetricData::getName, it -> it));
  }

  @Test
  void reportsTheSubscriptionsOfTheBus() {
    try (var _ = gauges("stock")) {
      var metrics = collected();
      assertThat(metrics)
          .containsOnlyKeys(
              BusTelemetry.LAG_EVENTS,
              BusTelemetry.LAG_SECONDS,
              BusTelemetry.BLOCKED_KEYS,
              BusTelemetry.DEAD_LETTERS);
      assertThat(metric(metrics, BusTelemetry.LAG_SECONDS).getUnit()).isEqualTo("s");
      assertThat(metric(metrics, BusTelemetry.LAG_SECONDS).getDoubleGaugeData().getPoints())
          .singleElement()
          .satisfies(
              point -> {
                assertThat(point.getValue()).isEqualTo(2.5);
                assertThat(point.getAttributes().get(BusTelemetry.SUBSCRIPTION)).isEqualTo("stock");
              });
      assertThat(value(metrics, BusTelemetry.LAG_EVENTS)).isEqualTo(7);
      assertThat(value(metrics, BusTelemetry.BLOCKED_KEYS)).isEqualTo(3);
      assertThat(value(metrics, BusTelemetry.DEAD_LETTERS)).isEqualTo(2);
    }
    assertThat(collected()).isEmpty();
  }

  private static MetricData metric(Map<String, MetricData> metrics, String name) {
    return Objects.requireNonNull(metrics.get(name));
  }

  private static long value(Map<String, MetricData> metrics, String name) {
    return metric(metrics, name).getLongGaugeData().getPoints().iterator().next().getValue();
  }

  @Test
  void asksTheStoreOnceHoweverOftenSomebodyCollects() {
    try (var _ = gauges("stock", "of-others")) {
      for (var i = 0; i < 10; i++) {
        assertThat(metric(collected(), BusTelemetry.LAG_EVENTS).getLongGaugeData().getPoints())
            .hasSize(2);
      }
    }
    assertThat(asked).hasValue(1);
  }

  @Test
  void asksNothingWithoutSubscriptions() {
    try (var _ = gauges()) {
      assertThat(collected()).isEmpty();
    }
    assertThat(asked).hasValue(0);
  }

  @Test
  void reportsNothingWhileTheStoreDoesNotAnswer() {
    failing = true;
    try (var _ = gauges("stock")) {
      assertThat(collected()).isEmpty();
      assertThat(collected()).isEmpty();
    }
    assertThat(asked).hasValue(1);
  }
}
