package io.iworx.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iworx.correlation.Uuid7;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** What work orders are worth while the services around them are down. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DegradedIT {
  private static final Stage STAGE = Stage.open();
  private static final Api API = STAGE.user("ada", Uuid7.next());
  private static final String ASSET = API.asset();
  private static final String ITEM = API.item(5);
  private static final String ORDER = open();

  private static String open() {
    var person = API.post("/api/people", Map.of("first_name", "G", "last_name", "H"));
    var body = Api.order(ASSET, ITEM, 1);
    body.put("assigned_technician", person.is(201).id());
    return API.post("/api/work-orders", body).is(201).id();
  }

  @AfterAll
  static void close() {
    STAGE.close();
  }

  @Test
  @Order(1)
  void readsWithoutAssetsAndPeople() {
    STAGE.platform().stopService("asset-service");
    STAGE.platform().stopService("people-service");
    var read = API.get("/api/work-orders/" + ORDER).is(200).body();
    assertThat(read.path("asset").isNull()).isTrue();
    assertThat(read.path("technician").isNull()).isTrue();
    assertThat(read.path("_enriched").asBoolean(false)).isTrue();
    var rows = API.get("/api/work-orders").is(200).body();
    assertThat(rows.size()).isEqualTo(1);
    assertThat(rows.path(0).path("asset").isNull()).isTrue();
    API.get("/api/assets/" + ASSET).is(503);
  }

  @Test
  @Order(2)
  void opensNothingHalfWithoutInventory() {
    STAGE.platform().stopService("inventory-service");
    var refused = API.post("/api/work-orders", Api.order(ASSET, ITEM, 1));
    assertThat(refused.status()).isIn(202, 503);
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> API.get("/api/work-orders").body().size() == 1);
  }

  @Test
  @Order(3)
  void opensWhatNeedsNoParts() {
    API.post("/api/work-orders", Api.order(ASSET)).is(201);
  }
}
