package io.iworx.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Uuid7;
import io.iworx.trace.TraceEntry.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(SharedStage.class)
class OtherServicesIT {
  private final Stage stage;
  private final String correlationId = Uuid7.next();
  private final Api api;

  OtherServicesIT(Stage stage) {
    this.stage = stage;
    this.api = stage.user("ada", Uuid7.next()).with("x-correlation-id", correlationId);
  }

  @Test
  void keepsAssets() {
    var asset =
        api.post(
                "/api/assets",
                Map.of("name", "Pump", "asset_number", "P-1", "type", "pump", "health_score", 90))
            .is(201)
            .body();
    var path = "/api/assets/" + asset.path("id").asString("");
    assertThat(asset.path("status").asString("")).isEqualTo("operational");
    assertThat(asset.path("criticality").asString("")).isEqualTo("medium");
    assertThat(api.get("/api/assets").is(200).body().size()).isEqualTo(1);
    var changed =
        api.put(path, Map.of("name", "P", "status", "down", "health_score", 12.5)).is(200).body();
    assertThat(api.get(path).is(200).body()).isEqualTo(changed);
    assertThat(changed.path("asset_number").asString("")).isEqualTo("P-1");
    assertThat(api.get(path + "/history").is(200).body().size()).isZero();
    assertThat(api.delete(path).is(200).body().path("success").asBoolean(false)).isTrue();
    api.get(path).is(404);
    assertThat(events())
        .containsExactlyInAnyOrder(
            "asset.created",
            "asset.status_changed",
            "asset.health_score_updated",
            "asset.updated",
            "asset.deleted");
  }

  @Test
  void keepsItemsAndWarnsOnceWhenStockIsLow() {
    var body = Map.of("name", "Seal", "sku", "S-1", "quantity", 5, "reorder_point", 3);
    var item = api.post("/api/inventory/items", body).is(201).body();
    assertThat(item.path("reserved_stock").asInt(-1)).isZero();
    var path = "/api/inventory/items/" + item.path("id").asString("");
    api.put(path, Map.of("quantity", 4)).is(200);
    api.put(path, Map.of("quantity", 3)).is(200);
    api.put(path, Map.of("quantity", 2, "name", "O-ring")).is(200);
    assertThat(api.get("/api/inventory/items").is(200).body().size()).isEqualTo(1);
    api.delete(path).is(200);
    api.get(path).is(404);
    assertThat(events())
        .containsExactlyInAnyOrder(
            "inventory.item_created",
            "inventory.stock_changed",
            "inventory.stock_changed",
            "inventory.low_stock_alert",
            "inventory.stock_changed",
            "inventory.item_updated");
  }

  @Test
  void keepsPeople() {
    var body = Map.of("first_name", "Ada", "last_name", "B", "skills", List.of("pumps"));
    var id = api.post("/api/people", body).is(201).id();
    var changed =
        api.put("/api/people/" + id, Map.of("skills", List.of("pumps", "seals"))).is(200).body();
    assertThat(changed.path("first_name").asString("")).isEqualTo("Ada");
    assertThat(changed.path("skills").size()).isEqualTo(2);
    assertThat(api.get("/api/people").is(200).body().size()).isEqualTo(1);
    api.delete("/api/people/" + id).is(200);
    api.get("/api/people/" + id).is(404);
    assertThat(events()).containsExactlyInAnyOrder("people.person_created", "people.skill_updated");
  }

  @Test
  void keepsIncidentsAndWhatIsDoneAboutThem() {
    var incident =
        api.post("/api/safety/incidents", Map.of("title", "Leak", "severity", "high")).is(201).id();
    api.put("/api/safety/incidents/" + incident, Map.of("status", "investigated")).is(200);
    var capa =
        api.post("/api/safety/capas", Map.of("title", "New seals", "incident_id", incident))
            .is(201)
            .id();
    api.put("/api/safety/capas/" + capa, Map.of("status", "completed")).is(200);
    assertThat(
            api.get("/api/safety/incidents/" + incident).is(200).body().path("status").asString(""))
        .isEqualTo("investigated");
    assertThat(api.get("/api/safety/capas").is(200).body().size()).isEqualTo(1);
    assertThat(events())
        .containsExactlyInAnyOrder(
            "safety.incident_reported",
            "safety.incident_investigated",
            "safety.capa_created",
            "safety.capa_completed");
  }

  @ParameterizedTest
  @CsvSource({
    "/api/assets, name",
    "/api/inventory/items, name",
    "/api/people, first_name",
    "/api/safety/incidents, title",
    "/api/safety/capas, title",
    "/api/work-orders, asset_id",
    "/api/inventory/reserve, items",
    "/api/inventory/release, workOrderId",
  })
  void namesTheFieldThatIsMissing(String path, String field) {
    var refused = api.send("POST", path, "{}").is(400).body();
    assertThat(refused.path("field").asString("")).isEqualTo(field);
    assertThat(refused.path("error").asString("")).isEqualTo(field + " is required");
    assertThat(refused.path("correlationId").asString("")).isEqualTo(correlationId);
  }

  @ParameterizedTest
  @CsvSource({
    "assets",
    "inventory",
    "people",
    "safety",
    "work-orders",
  })
  void answersItsHealth(String service) {
    assertThat(api.get("/api/" + service + "/health").is(200).body().path("status").asString(""))
        .isEqualTo("healthy");
    api.get("/api/" + service + "/no/such/path").is(404);
    api.send("POST", "/api/" + service + "/health", "{}").is(405);
  }

  private List<String> events() {
    return stage.platform().trace(correlationId).nodes().stream()
        .map(node -> node.entry())
        .filter(entry -> entry.kind() == Kind.EVENT)
        .map(entry -> entry.name())
        .toList();
  }
}
