package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.propagation.ContextPropagators;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings are checked once, when they are made. */
class ClientSettingsTest {
  private static final ClientSettings SETTINGS =
      ClientSettings.of(URI.create("http://localhost:8080"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:8080",
        "ftp://localhost",
        "/api",
        "http:///api",
        "http://user:secret@localhost",
        "http://localhost?x=1",
        "http://localhost#x"
      })
  void refusesWhatIsNoBaseUrl(String gateway) {
    assertThatThrownBy(() -> ClientSettings.of(URI.create(gateway)))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("secret");
  }

  @Test
  void refusesLimitsThatAreNone() {
    assertThatThrownBy(() -> SETTINGS.withTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SETTINGS.withConnectTimeout(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SETTINGS.withMaxResponseBytes(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SETTINGS.withMaxConnections(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SETTINGS.withApiKey("a\r\nb"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void hasTimeoutsAndLimitsByDefault() {
    assertThat(SETTINGS.connectTimeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(SETTINGS.timeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(SETTINGS.maxResponseBytes()).isEqualTo(10 * 1024 * 1024);
    assertThat(SETTINGS.maxConnections()).isEqualTo(128);
  }

  @Test
  void copiesDifferInOneComponent() {
    Credentials credentials = () -> "token";
    Interceptor interceptor = (call, rest) -> rest.proceed(call);
    CallListener listener = new CallListener() {};
    var telemetry = OpenTelemetry.propagating(ContextPropagators.noop());
    var all =
        SETTINGS
            .withCredentials(credentials)
            .withApiKey("anon")
            .withConnectTimeout(Duration.ofSeconds(1))
            .withTimeout(Duration.ofSeconds(3))
            .withMaxResponseBytes(5)
            .withMaxConnections(7)
            .withRetry(RetryOptions.none())
            .withBreaker(BreakerOptions.never())
            .withLimit(new LimitOptions(3, 4))
            .withInterceptor(interceptor)
            .withListener(listener)
            .withOpenTelemetry(telemetry);
    assertThat(all)
        .isEqualTo(
            new ClientSettings(
                SETTINGS.gateway(),
                credentials,
                "anon",
                Duration.ofSeconds(1),
                Duration.ofSeconds(3),
                5,
                7,
                RetryOptions.none(),
                BreakerOptions.never(),
                new LimitOptions(3, 4),
                List.of(interceptor),
                List.of(listener),
                telemetry));
  }

  @Test
  void triesThriceWithinABudgetBehindABreakerAndALimitByDefault() {
    assertThat(SETTINGS.retry())
        .isEqualTo(new RetryOptions(3, Duration.ofMillis(50), Duration.ofSeconds(2), 0.2));
    assertThat(SETTINGS.breaker())
        .isEqualTo(new BreakerOptions(0.5, 20, Duration.ofSeconds(10), Duration.ofSeconds(5), 2));
    assertThat(SETTINGS.limit()).isEqualTo(new LimitOptions(64, 1000));
    assertThat(SETTINGS.interceptors()).isEmpty();
    assertThat(SETTINGS.listeners()).isEmpty();
    assertThat(SETTINGS.openTelemetry()).isSameAs(OpenTelemetry.noop());
  }

  @Test
  void refusesOptionsThatMeanNothing() {
    var retry = RetryOptions.defaults();
    var breaker = BreakerOptions.defaults();
    var limit = LimitOptions.defaults();
    for (ThrowableAssert.ThrowingCallable refused :
        List.<ThrowableAssert.ThrowingCallable>of(
            () -> retry.withMaxAttempts(0),
            () -> retry.withDelay(Duration.ZERO, Duration.ZERO),
            () -> retry.withDelay(Duration.ofSeconds(2), Duration.ofSeconds(1)),
            () -> retry.withBudget(-0.1),
            () -> retry.withBudget(Double.NaN),
            () -> breaker.withFailureRate(0),
            () -> breaker.withFailureRate(Double.NaN),
            () -> breaker.withMinimumCalls(0),
            () -> breaker.withWindow(Duration.ofMillis(99)),
            () -> breaker.withOpenFor(Duration.ZERO),
            () -> breaker.withProbes(0),
            () -> limit.withMaxCalls(0),
            () -> limit.withMaxWaiting(-1))) {
      assertThatThrownBy(refused).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void showsNoSecrets() {
    assertThat(SETTINGS.withApiKey("anon-key").withCredentials(() -> "token").toString())
        .contains("http://localhost:8080")
        .doesNotContain("anon-key");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\r\nb", "a/b", "ü"})
  void aServiceNameMustFitIntoAHeader(String name) {
    assertThatThrownBy(() -> ServiceClient.create(name, SETTINGS))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
