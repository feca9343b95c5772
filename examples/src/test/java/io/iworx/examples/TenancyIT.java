package io.iworx.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Uuid7;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedStage.class)
class TenancyIT {
  private final Stage stage;
  private final String own = Uuid7.next();
  private final String foreign = Uuid7.next();
  private final Api ada;
  private final Api eve;

  TenancyIT(Stage stage) {
    this.stage = stage;
    this.ada = stage.user("ada", own);
    this.eve = stage.user("eve", foreign);
  }

  @Test
  void hidesRowsOfOtherOrganizations() {
    var asset = ada.asset();
    var item = ada.item(5);
    var order = ada.post("/api/work-orders", Api.order(asset, item, 1)).is(201).id();
    for (var path :
        new String[] {
          "/api/assets/" + asset,
          "/api/inventory/items/" + item,
          "/api/work-orders/" + order,
          "/api/assets/" + asset + "/history"
        }) {
      ada.get(path).is(200);
      eve.get(path).is(404);
    }
    for (var list : new String[] {"/api/assets", "/api/inventory/items", "/api/work-orders"}) {
      assertThat(ada.get(list).is(200).body().size()).isEqualTo(1);
      assertThat(eve.get(list).is(200).body().size()).isZero();
    }
    assertThat(eve.get("/api/work-orders/stats").body().path("total").asInt(-1)).isZero();
  }

  @Test
  void doesNotLetOthersChangeRows() {
    var asset = ada.asset();
    eve.put("/api/assets/" + asset, Map.of("name", "mine now")).is(404);
    eve.delete("/api/assets/" + asset).is(404);
    assertThat(ada.get("/api/assets/" + asset).is(200).body().path("name").asString(""))
        .isEqualTo("Pump");
  }

  @Test
  void doesNotReserveStockOfOthers() {
    var item = ada.item(5);
    eve.post("/api/work-orders", Api.order(eve.asset(), item, 1)).is(409);
    assertThat(ada.reserved(item)).isZero();
  }

  @Test
  void doesNotEnrichWithAssetsOfOthers() {
    var asset = ada.asset();
    var order = eve.post("/api/work-orders", Api.order(asset)).is(201).id();
    assertThat(eve.get("/api/work-orders/" + order).is(200).body().path("asset").isNull()).isTrue();
  }

  @Test
  void ignoresIdentityThatTheCallerAsserts() {
    var asset = ada.asset();
    eve.with("x-organization-id", own)
        .with("x-user-id", "ada")
        .with("x-cross-project-access", "true")
        .get("/api/assets/" + asset)
        .is(404);
    var created =
        eve.post("/api/assets", Map.of("name", "P", "organization_id", own, "id", asset)).is(201);
    assertThat(created.body().path("organization_id").asString("")).isEqualTo(foreign);
    assertThat(created.id()).isNotEqualTo(asset);
    var moved = eve.put("/api/assets/" + created.id(), Map.of("organization_id", own)).is(200);
    assertThat(moved.body().path("organization_id").asString("")).isEqualTo(foreign);
  }

  @Test
  void showsEverythingToCrossProjectAccess() {
    var auditor = stage.crossProject("grace", Uuid7.next());
    var asset = ada.asset();
    auditor.get("/api/assets/" + asset).is(200);
    var created =
        auditor.post("/api/assets", Map.of("name", "P", "organization_id", foreign)).is(201);
    eve.get("/api/assets/" + created.id()).is(200);
    ada.get("/api/assets/" + created.id()).is(404);
  }

  @Test
  void actsForTheOrganizationOfTheWorkOrder() {
    var auditor = stage.crossProject("grace", Uuid7.next());
    var item = ada.item(5);
    var order = Api.order(ada.asset(), item, 2);
    order.put("organization_id", own);
    var id = auditor.post("/api/work-orders", order).is(201).id();
    ada.get("/api/work-orders/" + id).is(200);
    assertThat(ada.reserved(item)).isEqualTo(2);
  }
}
