package io.iworx.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iworx.correlation.Uuid7;
import io.iworx.trace.TraceEntry.Kind;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(SharedStage.class)
class WorkOrdersIT {
  private static final String ORDERS = "/api/work-orders";

  private final Stage stage;
  private final Api api;
  private String asset = "";

  WorkOrdersIT(Stage stage) {
    this.stage = stage;
    this.api = stage.user("ada", Uuid7.next());
  }

  @BeforeEach
  void createAsset() {
    asset = api.asset();
  }

  @Test
  void opensWithDefaultsAndKeepsEveryField() {
    var opened =
        api.post(
                ORDERS,
                Map.of(
                    "asset_id", asset,
                    "title", "Replace",
                    "description", "All of it",
                    "maintenance_type", "preventive",
                    "scheduled_date", "2027-01-31",
                    "estimated_duration_hours", 1.5,
                    "estimated_cost", 99,
                    "notes", "mind the step",
                    "unknown", "ignored"))
            .is(201)
            .body();
    var read = api.get(ORDERS + "/" + opened.path("id").asString("")).is(200).body();
    assertThat(read.path("priority").asString("")).isEqualTo("medium");
    assertThat(read.path("status").asString("")).isEqualTo("scheduled");
    assertThat(read.path("maintenance_type").asString("")).isEqualTo("preventive");
    assertThat(read.path("scheduled_date").asString("")).isEqualTo("2027-01-31T00:00:00Z");
    assertThat(read.path("estimated_duration_hours").asDouble(0)).isEqualTo(1.5);
    assertThat(read.path("notes").asString("")).isEqualTo("mind the step");
    assertThat(read.path("required_parts").isArray()).isTrue();
    assertThat(read.path("assigned_technician").isNull()).isTrue();
    assertThat(read.path("technician").isNull()).isTrue();
  }

  @Test
  void comesWithItsAssetAndItsTechnician() {
    var person =
        api.post("/api/people", Map.of("first_name", "Grace", "last_name", "H")).is(201).id();
    var body = Api.order(asset);
    body.put("assigned_technician", person);
    var id = api.post(ORDERS, body).is(201).id();
    var read = api.get(ORDERS + "/" + id).is(200).body();
    assertThat(read.path("asset").path("id").asString("")).isEqualTo(asset);
    assertThat(read.path("technician").path("first_name").asString("")).isEqualTo("Grace");
    assertThat(read.path("_enriched").asBoolean(false)).isTrue();
  }

  @Test
  void listsNewestFirstAndFetchesEachAssetOnce() {
    var correlationId = Uuid7.next();
    for (int i = 0; i < 5; i++) {
      api.post(ORDERS, Api.order(asset)).is(201);
    }
    var other = api.asset();
    var newest = api.post(ORDERS, Api.order(other)).is(201).id();
    var rows = api.with("x-correlation-id", correlationId).get(ORDERS).is(200).body();
    assertThat(rows.size()).isEqualTo(6);
    assertThat(rows.path(0).path("id").asString("")).isEqualTo(newest);
    assertThat(rows.path(0).path("asset").path("id").asString("")).isEqualTo(other);
    assertThat(rows.path(3).path("asset").path("id").asString("")).isEqualTo(asset);
    assertThat(rows.path(3).path("_enriched").asBoolean(false)).isTrue();
    await().atMost(Duration.ofSeconds(20)).until(() -> names(correlationId, Kind.HOP).size() == 3);
    assertThat(names(correlationId, Kind.HOP))
        .containsExactlyInAnyOrder(
            "GET /api/work-orders", "GET /api/assets/" + asset, "GET /api/assets/" + other);
    assertThat(api.get(ORDERS + "?limit=2").body().size()).isEqualTo(2);
    api.get(ORDERS + "?limit=many").is(400);
  }

  @Test
  void publishesWhatBecomesOfIt() {
    var correlationId = Uuid7.next();
    var same = api.with("x-correlation-id", correlationId);
    var id = same.post(ORDERS, Api.order(asset)).is(201).id();
    same.put(ORDERS + "/" + id, Map.of("status", "in_progress")).is(200);
    same.put(ORDERS + "/" + id, Map.of("notes", "nearly done", "priority", "high")).is(200);
    same.put(ORDERS + "/" + id, Map.of("status", "completed")).is(200);
    var second = same.post(ORDERS, Api.order(asset)).is(201).id();
    same.put(ORDERS + "/" + second, Map.of("status", "cancelled")).is(200);
    same.put(ORDERS + "/" + second, Map.of("status", "scheduled")).is(409);
    assertThat(names(correlationId, Kind.EVENT))
        .containsExactly(
            "work_order.created",
            "work_order.started",
            "work_order.updated",
            "work_order.completed",
            "work_order.created",
            "work_order.cancelled");
  }

  @Test
  void countsByStatus() {
    var done = api.post(ORDERS, Api.order(asset)).is(201).id();
    api.put(ORDERS + "/" + done, Map.of("status", "completed")).is(200);
    var late = Api.order(asset);
    late.put("scheduled_date", "2020-01-01T08:00:00Z");
    api.post(ORDERS, late).is(201);
    var stats = api.get(ORDERS + "/stats").is(200).body();
    assertThat(stats.toString())
        .isEqualTo("{\"total\":2,\"scheduled\":1,\"in_progress\":0,\"completed\":1,\"overdue\":1}");
  }

  @Test
  void isGoneAfterDelete() {
    var id = api.post(ORDERS, Api.order(asset)).is(201).id();
    assertThat(api.delete(ORDERS + "/" + id).is(200).body().toString())
        .isEqualTo("{\"success\":true}");
    api.get(ORDERS + "/" + id).is(404);
    api.delete(ORDERS + "/" + id).is(404);
    api.put(ORDERS + "/" + UUID.randomUUID(), Map.of("title", "x")).is(404);
    api.get(ORDERS + "/no-uuid").is(404);
  }

  @ParameterizedTest
  @CsvSource({
    "asset_id, no-uuid, asset_id",
    "asset_id, '', asset_id",
    "title, '', title",
    "maintenance_type, sometimes, maintenance_type",
    "priority, urgent, priority",
    "status, open, status",
    "scheduled_date, tomorrow, scheduled_date",
    "estimated_cost, much, estimated_cost",
    "estimated_duration_hours, -1, estimated_duration_hours",
    "assigned_technician, ada, assigned_technician",
    "required_parts, none, required_parts",
  })
  void namesTheFieldThatIsWrong(String member, String value, String field) {
    var body = Api.order(asset);
    body.put(member, value);
    var refused = api.post(ORDERS, body).is(400).body();
    assertThat(refused.path("field").asString("")).isEqualTo(field);
    assertThat(refused.path("error").asString("")).contains(field);
    assertThat(api.get(ORDERS).is(200).body().size()).isZero();
  }

  @Test
  void leavesNothingBehindWhenPartsAreMissing() {
    var enough = api.item(10);
    var few = api.item(1);
    var order = Api.order(asset);
    order.put(
        "required_parts",
        List.of(Map.of("item_id", enough, "quantity", 2), Map.of("item_id", few, "quantity", 3)));
    var refused = api.post(ORDERS, order).is(409).body();
    var missing = refused.path("missing");
    assertThat(missing.size()).isEqualTo(1);
    assertThat(missing.path(0).path("item_id").asString("")).isEqualTo(few);
    assertThat(missing.path(0).path("requested").asInt(0)).isEqualTo(3);
    assertThat(missing.path(0).path("available").asInt(0)).isEqualTo(1);
    assertThat(refused.path("error").asString("")).isEqualTo("Parts are missing");
    assertThat(api.get(ORDERS).is(200).body().size()).isZero();
    assertThat(api.reserved(enough)).isZero();
    assertThat(api.reserved(few)).isZero();
  }

  @Test
  void givesItsPartsBackWhenItIsCancelledOrDeleted() {
    var item = api.item(10);
    var cancelled = api.post(ORDERS, Api.order(asset, item, 2)).is(201).id();
    var deleted = api.post(ORDERS, Api.order(asset, item, 3)).is(201).id();
    assertThat(api.reserved(item)).isEqualTo(5);
    api.put(ORDERS + "/" + cancelled, Map.of("status", "cancelled")).is(200);
    api.delete(ORDERS + "/" + deleted).is(200);
    await().atMost(Duration.ofSeconds(20)).until(() -> api.reserved(item) == 0);
  }

  @Test
  void writesOneEntryOfHistoryForEachCompletion() {
    for (int i = 0; i < 20; i++) {
      var id = api.post(ORDERS, Api.order(asset)).is(201).id();
      api.put(ORDERS + "/" + id, Map.of("status", "completed")).is(200);
    }
    var history = "/api/assets/" + asset + "/history";
    await().atMost(Duration.ofSeconds(30)).until(() -> api.get(history).body().size() >= 20);
    assertThat(api.get(history).is(200).body().size()).isEqualTo(20);
  }

  private List<String> names(String correlationId, Kind kind) {
    return stage.platform().trace(correlationId).nodes().stream()
        .map(node -> node.entry())
        .filter(entry -> entry.kind() == kind)
        .sorted(Comparator.comparing(entry -> entry.startedAt()))
        .map(entry -> entry.name())
        .toList();
  }
}
