package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.iworx.correlation.FailureKind;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A call and its answer, over a real connection. */
class ServiceClientTest {
  record Asset(String id, @JsonProperty("asset_number") String assetNumber, LocalDate bought) {}

  record Counted(int count, boolean done) {}

  private static final String ASSET =
      """
      {"id": "1", "asset_number": "P-1", "bought": "2026-01-31", "later_member": {"x": [1]}}""";
  private static final Asset PUMP = new Asset("1", "P-1", LocalDate.of(2026, 1, 31));

  @Test
  void readsJsonAndIgnoresMembersItDoesNotKnow() {
    try (var gateway = TestGateway.answeringJson(ASSET);
        var client = gateway.client()) {
      var outcome = client.get("/assets/1?expand=history", Asset.class);

      assertThat(outcome.orElseThrow()).isEqualTo(PUMP);
      assertThat(gateway.last().method()).isEqualTo("GET");
      assertThat(gateway.last().uri()).isEqualTo("/api/assets/1?expand=history");
      assertThat(gateway.last().header("accept")).isEqualTo("application/json");
    }
  }

  @Test
  void tellsStatusHeadersAndTimeOfASuccess() {
    try (var gateway = TestGateway.answering(201, "application/json", ASSET);
        var client = gateway.client()) {
      switch (client.post("/assets", Map.of("name", "pump"), Asset.class)) {
        case Success<Asset>(var asset, var meta) -> {
          assertThat(asset).isEqualTo(PUMP);
          assertThat(meta.status()).isEqualTo(201);
          assertThat(meta.attempts()).isEqualTo(1);
          assertThat(meta.headers()).containsEntry("content-type", List.of("application/json"));
          assertThat(meta.correlationId()).isEqualTo(gateway.last().header("x-correlation-id"));
          assertThat(meta.elapsed()).isPositive();
        }
        case Failure<Asset> failure -> throw new AssertionError(failure);
      }
    }
  }

  @Test
  void keepsTheBasePathOfTheGateway() {
    try (var gateway = TestGateway.answeringJson(ASSET);
        var client =
            ServiceClient.create(
                "work-order-service",
                ClientSettings.of(gateway.uri().resolve("/functions/v1/api-gateway/")))) {
      assertThat(client.get("/assets/1", Asset.class)).isInstanceOf(Success.class);
      assertThat(gateway.last().uri()).isEqualTo("/functions/v1/api-gateway/api/assets/1");
    }
  }

  @Test
  void sendsJsonWithEveryMethodThatHasABody() {
    try (var gateway = TestGateway.answeringJson("{}");
        var client = gateway.client()) {
      var body = Map.of("at", Instant.parse("2026-11-23T12:00:00Z"));
      client.post("/assets", body, Void.class).orElseThrow();
      client.put("/assets/1", body, Void.class).orElseThrow();
      client.patch("/assets/1", body, Void.class).orElseThrow();

      assertThat(gateway.received)
          .extracting(TestGateway.Received::method)
          .containsExactly("POST", "PUT", "PATCH");
      assertThat(gateway.received)
          .allSatisfy(
              received -> {
                assertThat(received.body()).isEqualTo("{\"at\":\"2026-11-23T12:00:00Z\"}");
                assertThat(received.header("content-type")).isEqualTo("application/json");
              });
    }
  }

  @Test
  void sendsNoBodyTextOrBytesAsAsked() {
    try (var gateway = TestGateway.answeringJson("{}");
        var client = gateway.client()) {
      client.post("/work-orders/1/complete", null, Void.class).orElseThrow();
      assertThat(gateway.last().body()).isEmpty();
      assertThat(gateway.last().header("content-length")).isEqualTo("0");
      assertThat(gateway.last().header("content-type")).isNull();

      client.post("/notes", "größer", Void.class).orElseThrow();
      assertThat(gateway.last().body()).isEqualTo("größer");
      assertThat(gateway.last().header("content-type")).isEqualTo("text/plain; charset=utf-8");

      client.post("/files", "raw".getBytes(StandardCharsets.UTF_8), Void.class).orElseThrow();
      assertThat(gateway.last().body()).isEqualTo("raw");
      assertThat(gateway.last().header("content-type")).isEqualTo("application/octet-stream");

      client
          .exchange(
              Call.post("/assets", "{\"made\":\"elsewhere\"}", ResponseType.of(Void.class))
                  .withHeader("Content-Type", "application/json"))
          .orElseThrow();
      assertThat(gateway.last().header("content-type")).isEqualTo("application/json");

      client.delete("/assets/1", Void.class).orElseThrow();
      assertThat(gateway.last().method()).isEqualTo("DELETE");
    }
  }

  @Test
  void readsGenericTypes() {
    try (var gateway = TestGateway.answeringJson("[" + ASSET + "]");
        var client = gateway.client()) {
      assertThat(
              client.exchange(Call.get("/assets", ResponseType.listOf(Asset.class))).orElseThrow())
          .containsExactly(PUMP);
    }
    try (var gateway = TestGateway.answeringJson("{\"north\": [" + ASSET + "]}");
        var client = gateway.client()) {
      var bySite = new ResponseType<Map<String, List<Asset>>>() {};
      assertThat(client.exchange(Call.get("/assets", bySite)).orElseThrow())
          .isEqualTo(Map.of("north", List.of(PUMP)));
    }
  }

  @Test
  void readsBytesAndText() {
    try (var gateway =
            TestGateway.answering(
                (_, exchange) -> {
                  exchange
                      .getResponseHeaders()
                      .set("content-type", "text/plain; charset=\"latin1\"");
                  exchange.sendResponseHeaders(200, 1);
                  exchange.getResponseBody().write(0xE4);
                  exchange.close();
                });
        var client = gateway.client()) {
      assertThat(client.get("/files/1", byte[].class).orElseThrow()).containsExactly(0xE4);
      assertThat(client.get("/files/1", String.class).orElseThrow()).isEqualTo("ä");
    }
  }

  @Test
  void voidTakesAnythingAndNothing() {
    try (var gateway = TestGateway.answering(204, "text/plain", "");
        var client = gateway.client()) {
      assertThat(client.delete("/assets/1", Void.class))
          .isInstanceOfSatisfying(
              Success.class,
              it -> {
                assertThat(it.body()).isNull();
                assertThat(it.meta().status()).isEqualTo(204);
              });
      assertThat(client.get("/assets/1", byte[].class).orElseThrow()).isEmpty();
      assertThat(client.get("/assets/1", String.class).orElseThrow()).isEmpty();
    }
    try (var gateway = TestGateway.answering(200, "text/plain", "not json");
        var client = gateway.client()) {
      assertThat(client.delete("/assets/1", Void.class)).isInstanceOf(Success.class);
    }
  }

  @Test
  void primitivesThatAreMissingOrNullHaveTheirDefault() {
    try (var gateway = TestGateway.answeringJson("{\"count\": null}");
        var client = gateway.client()) {
      assertThat(client.get("/x", Counted.class).orElseThrow()).isEqualTo(new Counted(0, false));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "{",
        "<html>secret-4711</html>",
        "[1]",
        "{\"id\": {}}",
        "\u0000",
        "{} {}"
      })
  void aSuccessThatCannotBeReadIsAPermanentFailure(String body) {
    try (var gateway = TestGateway.answering(200, "application/json", body);
        var client = gateway.client()) {
      var outcome = client.get("/assets/1", Asset.class);
      assertThat(outcome)
          .isInstanceOfSatisfying(
              Failure.class,
              failure -> {
                assertThat(failure.kind()).isEqualTo(new FailureKind.Permanent());
                assertThat(failure.status()).isEqualTo(200);
                assertThat(failure.error())
                    .startsWith("The answer cannot be read: ")
                    .doesNotContain("secret-4711");
              });
      assertThatThrownBy(outcome::orElseThrow).isInstanceOf(CallFailedException.class);
    }
  }

  @Test
  void aDeeplyNestedAnswerIsAFailureAndNoStackOverflow() {
    try (var gateway = TestGateway.answeringJson("[".repeat(100_000));
        var client = gateway.client()) {
      assertThat(client.get("/x", Object.class)).isInstanceOf(Failure.class);
    }
  }

  @Test
  void aBodyThatJsonCannotHoldIsMisuseAndNothingIsSent() {
    try (var gateway = TestGateway.answeringJson("{}");
        var client = gateway.client()) {
      var circle = new java.util.ArrayList<Object>();
      circle.add(circle);
      assertThatThrownBy(() -> client.post("/assets", circle, Void.class))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cannot be written as JSON");
      assertThat(gateway.received).isEmpty();
    }
  }

  @Test
  void aClosedClientSaysSo() {
    try (var gateway = TestGateway.answeringJson("{}")) {
      var client = gateway.client();
      client.close();
      client.close();
      assertThatThrownBy(() -> client.get("/assets", Void.class))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }
}
