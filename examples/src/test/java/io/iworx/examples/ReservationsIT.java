package io.iworx.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Uuid7;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedStage.class)
class ReservationsIT {
  private static final int CALLERS = 50;

  private final Api api;

  ReservationsIT(Stage stage) {
    this.api = stage.user("ada", Uuid7.next());
  }

  @Test
  void neverSellsMoreThanThereIs() throws Exception {
    var item = api.item(20);
    var statuses = together(() -> api.post("/api/inventory/reserve", request("w", item)).status());
    assertThat(Collections.frequency(statuses, 200)).isEqualTo(20);
    assertThat(Collections.frequency(statuses, 409)).isEqualTo(CALLERS - 20);
    assertThat(api.reserved(item)).isEqualTo(20);
  }

  @Test
  void neverDeadlocksOverManyItems() throws Exception {
    var items = new ArrayList<String>();
    for (int i = 0; i < 4; i++) {
      items.add(api.item(CALLERS));
    }
    var forwards = items.toArray(String[]::new);
    var backwards = items.reversed().toArray(String[]::new);
    var calls = new AtomicInteger();
    var statuses =
        together(
            () -> {
              var wanted = calls.incrementAndGet() % 2 == 0 ? forwards : backwards;
              return api.post("/api/inventory/reserve", request("w", wanted)).status();
            });
    assertThat(statuses).containsOnly(200).hasSize(CALLERS);
    items.forEach(item -> assertThat(api.reserved(item)).isEqualTo(CALLERS));
  }

  @Test
  void reservesOnceForOneKey() throws Exception {
    var item = api.item(CALLERS);
    var same = api.with("idempotency-key", Uuid7.next());
    var statuses = together(() -> same.post("/api/inventory/reserve", request("w", item)).status());
    assertThat(statuses).containsOnly(200);
    assertThat(api.reserved(item)).isEqualTo(1);
    same.post("/api/inventory/reserve", request("w", item, api.item(1))).is(409);
  }

  @Test
  void refusesWhatWasUndoneBefore() {
    var item = api.item(5);
    var key = Uuid7.next();
    var undo = api.with("idempotency-key", key + "/undo");
    undo.post("/api/inventory/release", Map.of("workOrderId", "w")).is(200);
    api.with("idempotency-key", key).post("/api/inventory/reserve", request("w", item)).is(409);
    assertThat(api.reserved(item)).isZero();
  }

  @Test
  void undoesOnce() {
    var item = api.item(5);
    var key = Uuid7.next();
    api.post("/api/inventory/reserve", request("other", item)).is(200);
    api.with("idempotency-key", key).post("/api/inventory/reserve", request("w", item)).is(200);
    var undo = api.with("idempotency-key", key + "/undo");
    undo.post("/api/inventory/release", Map.of("workOrderId", "w")).is(200);
    undo.post("/api/inventory/release", Map.of("workOrderId", "w")).is(200);
    assertThat(api.reserved(item)).isEqualTo(1);
    api.post("/api/inventory/release", Map.of("workOrderId", "other")).is(200);
    assertThat(api.reserved(item)).isZero();
  }

  @Test
  void opensAsManyWorkOrdersAsThereArePartsFor() throws Exception {
    var asset = api.asset();
    var item = api.item(15);
    var statuses = together(() -> api.post("/api/work-orders", Api.order(asset, item, 2)).status());
    assertThat(Collections.frequency(statuses, 201)).isEqualTo(7);
    assertThat(Collections.frequency(statuses, 409)).isEqualTo(CALLERS - 7);
    assertThat(api.reserved(item)).isEqualTo(14);
    assertThat(api.get("/api/work-orders").is(200).body().size()).isEqualTo(7);
  }

  @Test
  void keepsReservedStockWhateverIsChangedByHand() {
    var item = api.item(5);
    api.post("/api/inventory/reserve", request("w", item, item)).is(200);
    var path = "/api/inventory/items/" + item;
    api.put(path, Map.of("reserved_stock", 0, "quantity", 3)).is(200);
    assertThat(api.reserved(item)).isEqualTo(2);
    var refused = api.put(path, Map.of("quantity", 1)).is(400).body();
    assertThat(refused.path("field").asString("")).isEqualTo("quantity");
  }

  private static Map<String, ?> request(String workOrder, String... items) {
    var lines = new ArrayList<Map<String, ?>>();
    for (var item : items) {
      lines.add(Map.of("item_id", item, "quantity", 1));
    }
    return Map.of("workOrderId", workOrder, "items", lines);
  }

  private static <T> List<T> together(Callable<T> call) throws InterruptedException {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new ArrayList<T>();
      for (var answer : threads.invokeAll(Collections.nCopies(CALLERS, call))) {
        answers.add(answer.get());
      }
      return answers;
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }
}
