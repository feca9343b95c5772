package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A call and its answer, over a real connection. */
class ServiceClientTest {
  record Asset(String id, @JsonProperty("asset_number") String assetNumber, LocalDate bought) {}

  private static final String ASSET =
      """
      {"id": "1", "asset_number": "P-1", "bought": "2026-01-31", "later_member": {"x": [1]}}""";

  @Test
  void readsJsonAndIgnoresMembersItDoesNotKnow() {
    try (var gateway = TestGateway.answeringJson(ASSET);
        var client = gateway.client()) {
      var outcome = client.get("/assets/1?expand=history", Asset.class);

      assertThat(outcome.orElseThrow()).isEqualTo(new Asset("1", "P-1", LocalDate.of(2026, 1, 31)));
      assertThat(gateway.last().method()).isEqualTo("GET");
      assertThat(gateway.last().uri()).isEqualTo("/api/assets/1?expand=history");
      assertThat(gateway.last().header("accept")).isEqualTo("application/json");
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
}
