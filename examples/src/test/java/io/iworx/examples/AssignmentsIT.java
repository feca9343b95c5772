package io.iworx.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Uuid7;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedStage.class)
class AssignmentsIT {
  private static final String ASSIGN = "/api/people/assignments";
  private static final String WITHDRAW = "/api/people/assignments/withdraw";

  private final Api api;
  private final String key = Uuid7.next();

  AssignmentsIT(Stage stage) {
    this.api = stage.user("ada", Uuid7.next());
  }

  private String person() {
    return api.post("/api/people", Map.of("first_name", "G", "last_name", "H")).is(201).id();
  }

  private static Map<String, Object> request(String person) {
    return Map.of("person_id", person, "workOrderId", "w");
  }

  @Test
  void assignsOnceForOneKey() {
    var person = person();
    var same = api.with("idempotency-key", key);
    var first = same.post(ASSIGN, request(person)).is(200).id();
    assertThat(same.post(ASSIGN, request(person)).is(200).id()).isEqualTo(first);
    same.post(ASSIGN, request(person())).is(409);
  }

  @Test
  void refusesWhatWasUndoneBefore() {
    api.with("idempotency-key", key + "/undo").post(WITHDRAW, Map.of("workOrderId", "w")).is(200);
    api.with("idempotency-key", key).post(ASSIGN, request(person())).is(409);
  }

  @Test
  void undoesOnce() {
    var same = api.with("idempotency-key", key);
    same.post(ASSIGN, request(person())).is(200);
    var undo = api.with("idempotency-key", key + "/undo");
    for (var time = 0; time < 2; time++) {
      var withdrawn = undo.post(WITHDRAW, Map.of("workOrderId", "w")).is(200).body();
      assertThat(withdrawn.path("state").asString("")).isEqualTo("withdrawn");
    }
  }

  @Test
  void withdrawsOnlyWhatAKeyStandsFor() {
    api.post(WITHDRAW, Map.of("workOrderId", "w")).is(400);
  }

  @Test
  void aTechnicianWhoIsNotKnownUndoesTheWholeWorkOrder() {
    var asset = api.asset();
    var item = api.item(5);
    var body = Api.order(asset, item, 2);
    body.put("assigned_technician", Uuid7.next());
    api.post("/api/work-orders", body).is(409);
    assertThat(api.reserved(item)).isZero();
    assertThat(api.get("/api/work-orders").is(200).body().size()).isZero();
  }
}
