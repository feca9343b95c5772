package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.correlation.ClassifiedFailure;
import io.iworx.correlation.Correlation;
import io.iworx.correlation.FailureKind;
import io.iworx.correlation.IdempotencyKey;
import io.iworx.correlation.Identity;
import io.iworx.correlation.TraceContext;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who calls, for whom, and why. */
class ContextHeadersTest {
  private final TestGateway gateway = TestGateway.answeringJson("{}");

  @AfterEach
  void stop() {
    gateway.close();
  }

  private String sent(String header) {
    return String.valueOf(gateway.last().header(header));
  }

  @Test
  void theContextInScopeGoesAlong() {
    var correlation =
        Correlation.of("c-1")
            .withCausationId("hop-1")
            .withCallingService("the caller of this service")
            .withIdentity(new Identity("u-1", "org-1", true))
            .withTraceContext(
                new TraceContext(
                    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "a=1", "k=v"));
    try (var client = gateway.client()) {
      correlation.run(() -> client.get("/assets/1", Void.class).orElseThrow());
    }
    assertThat(sent("x-correlation-id")).isEqualTo("c-1");
    assertThat(sent("x-causation-id")).isEqualTo("hop-1");
    assertThat(sent("x-calling-service")).isEqualTo("work-order-service");
    assertThat(sent("x-user-id")).isEqualTo("u-1");
    assertThat(sent("x-organization-id")).isEqualTo("org-1");
    assertThat(sent("x-cross-project-access")).isEqualTo("true");
    assertThat(sent("traceparent"))
        .isEqualTo("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    assertThat(sent("tracestate")).isEqualTo("a=1");
    assertThat(sent("baggage")).isEqualTo("k=v");
    assertThat(gateway.last().headers()).doesNotContainKeys("authorization", "apikey");
  }

  @Test
  void withoutAContextTheCallHasAFreshOneAndNoIdentity() {
    try (var client = gateway.client()) {
      client.get("/assets/1", Void.class).orElseThrow();
      var first = sent("x-correlation-id");
      client.get("/assets/1", Void.class).orElseThrow();
      assertThat(Correlation.accepts(first)).isTrue();
      assertThat(sent("x-correlation-id")).isNotEqualTo(first);
    }
    assertThat(gateway.last().headers())
        .doesNotContainKeys("x-user-id", "x-organization-id", "x-cross-project-access");
  }

  @Test
  void theServicesOwnTokenIsAskedForEachCall() {
    var renewals = new AtomicInteger();
    var settings =
        ClientSettings.of(gateway.uri())
            .withApiKey("anon-key")
            .withCredentials(() -> "token-" + renewals.incrementAndGet());
    try (var client = ServiceClient.create("work-order-service", settings)) {
      client.get("/assets/1", Void.class).orElseThrow();
      assertThat(sent("authorization")).isEqualTo("Bearer token-1");
      client.get("/assets/1", Void.class).orElseThrow();
      assertThat(sent("authorization")).isEqualTo("Bearer token-2");
      assertThat(sent("apikey")).isEqualTo("anon-key");
    }
  }

  @Test
  void withoutATokenNothingIsSent() {
    var settings =
        ClientSettings.of(gateway.uri())
            .withCredentials(
                () -> {
                  throw new IllegalStateException("token server down, password hunter2");
                });
    try (var client = ServiceClient.create("work-order-service", settings)) {
      assertThat(client.get("/assets/1", Void.class))
          .isInstanceOfSatisfying(
              Failure.class,
              failure -> {
                assertThat(failure.kind()).isEqualTo(new FailureKind.Retryable());
                assertThat(failure.attempts()).isZero();
                assertThat(failure.toString()).doesNotContain("hunter2");
              });
    }
    assertThat(gateway.received).isEmpty();
  }

  @Test
  void aTokenThatCouldInjectIsNotSent() {
    var settings =
        ClientSettings.of(gateway.uri()).withCredentials(() -> "token\r\nx-user-id: admin");
    try (var client = ServiceClient.create("work-order-service", settings)) {
      assertThat(client.get("/assets/1", Void.class))
          .isInstanceOfSatisfying(
              Failure.class, failure -> assertThat(failure.attempts()).isZero());
    }
    assertThat(gateway.received).isEmpty();
  }

  @Test
  void anIdentityThatCouldInjectIsMisuse() {
    try (var client = gateway.client()) {
      var correlation = Correlation.of("c-1").withIdentity(Identity.of("u\r\nx-admin: 1", null));
      assertThatThrownBy(() -> correlation.run(() -> client.get("/assets/1", Void.class)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("x-user-id")
          .hasMessageNotContaining("x-admin");
    }
    assertThat(gateway.received).isEmpty();
  }

  @Test
  void theIdempotencyKeyInScopeGoesWithWhatIsNotIdempotentByItself() {
    try (var client = gateway.client()) {
      IdempotencyKey.<Void, RuntimeException>call(
          "saga-1/reserve",
          () -> {
            client.post("/inventory/reserve", Map.of(), Void.class).orElseThrow();
            assertThat(sent("idempotency-key")).isEqualTo("saga-1/reserve");
            client.patch("/inventory/1", Map.of(), Void.class).orElseThrow();
            assertThat(sent("idempotency-key")).isEqualTo("saga-1/reserve");
            client.get("/inventory/1", Void.class).orElseThrow();
            assertThat(gateway.last().header("idempotency-key")).isNull();
            client.put("/inventory/1", Map.of(), Void.class).orElseThrow();
            assertThat(gateway.last().header("idempotency-key")).isNull();
            client
                .exchange(
                    Call.post("/inventory/reserve", Map.of(), ResponseType.of(Void.class))
                        .withIdempotencyKey("mine"))
                .orElseThrow();
            assertThat(sent("idempotency-key")).isEqualTo("mine");
            return client.delete("/inventory/1", Void.class).orElseThrow();
          });
      client.post("/inventory/reserve", Map.of(), Void.class).orElseThrow();
      assertThat(gateway.last().header("idempotency-key")).isNull();
    }
  }

  @Test
  void aCallsOwnHeadersGoAlong() {
    try (var client = gateway.client()) {
      client
          .exchange(
              Call.get("/assets/1", ResponseType.of(Void.class)).withHeader("If-Match", "\"7\""))
          .orElseThrow();
    }
    assertThat(sent("if-match")).isEqualTo("\"7\"");
  }

  @Test
  void aFailureAsAnExceptionKeepsKindCodeAndDetail() {
    try (var refusing =
            TestGateway.answering(409, "application/json", "{\"error\":\"parts missing\"}");
        var client = refusing.client()) {
      assertThatThrownBy(
              () -> client.post("/inventory/reserve", Map.of(), Void.class).orElseThrow())
          .isInstanceOfSatisfying(
              CallFailedException.class,
              e -> {
                assertThat(ClassifiedFailure.kindOf(new IllegalStateException(e)))
                    .isEqualTo(new FailureKind.Permanent());
                assertThat(e.code()).isEqualTo("409");
                assertThat(e.detail()).isEqualTo("{\"error\":\"parts missing\"}");
                assertThat(e.failure().error()).isEqualTo("parts missing");
              });
    }
  }
}
