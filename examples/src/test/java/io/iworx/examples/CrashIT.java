package io.iworx.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iworx.correlation.Uuid7;
import io.iworx.server.Tokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole process is killed in the middle of its work, and started again on the same data. */
class CrashIT {
  private static final int ORDERS = 60;
  private static final int STOCK = 1_000;

  @TempDir Path folder;

  @Test
  void finishesOrUndoesEverySagaAndLosesNoEvent() throws Exception {
    var organization = Uuid7.next();
    var answered = ConcurrentHashMap.<String>newKeySet();
    var completed = ConcurrentHashMap.<String>newKeySet();
    String asset;
    String item;
    try (var first = Child.up(folder)) {
      var api = api(organization);
      asset = api.asset();
      item = api.item(STOCK);
      workUntilKilled(first, api, asset, item, answered, completed);
    }
    try (var _ = Child.up(folder)) {
      var api = api(organization);
      // A lease ends before another instance goes on with what the dead one left.
      await()
          .atMost(Duration.ofSeconds(90))
          .pollInterval(Duration.ofMillis(500))
          .untilAsserted(() -> isConsistent(api, asset, item, answered));
      var history = "/api/assets/" + asset + "/history?limit=1000";
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(workOrders(api.get(history).is(200).body(), "work_order_id"))
                      .containsAll(completed)
                      .hasSameSizeAs(completedOrders(api)));
    }
  }

  private static void workUntilKilled(
      Child platform,
      Api api,
      String asset,
      String item,
      Set<String> answered,
      Set<String> completed) {
    try (ExecutorService threads = Executors.newFixedThreadPool(8, Thread.ofVirtual().factory())) {
      for (int i = 0; i < ORDERS; i++) {
        threads.execute(() -> openAndComplete(api, asset, item, answered, completed));
      }
      await().atMost(Duration.ofSeconds(60)).until(() -> completed.size() >= 8);
      platform.kill();
    }
  }

  /** What is answered is true; what is not may be true. */
  private static void openAndComplete(
      Api api, String asset, String item, Set<String> answered, Set<String> completed) {
    try {
      var opened = api.post("/api/work-orders", Api.order(asset, item, 1));
      if (opened.status() == 201) {
        answered.add(opened.id());
        var path = "/api/work-orders/" + opened.id();
        if (api.put(path, Map.of("status", "completed")).status() == 200) {
          completed.add(opened.id());
        }
      }
    } catch (UncheckedIOException _) {
      // The platform was killed under this call.
    }
  }

  /** Every work order there is has its parts, and nothing else is reserved. */
  private static void isConsistent(Api api, String asset, String item, Set<String> answered) {
    var orders = api.get("/api/work-orders?limit=1000").is(200).body();
    assertThat(workOrders(orders, "id")).containsAll(answered);
    assertThat(api.reserved(item)).isEqualTo(orders.size());
    var needed = api.post("/api/work-orders", Api.order(asset, item, STOCK)).is(409).body();
    assertThat(needed.path("missing").path(0).path("available").asInt(-1))
        .isEqualTo(STOCK - orders.size());
  }

  private static List<String> completedOrders(Api api) {
    var completed = new ArrayList<String>();
    for (var order : api.get("/api/work-orders?limit=1000").is(200).body()) {
      if (order.path("status").asString("").equals("completed")) {
        completed.add(order.path("id").asString(""));
      }
    }
    return completed;
  }

  /** The ids in a list, each once. */
  private static Set<String> workOrders(JsonNode rows, String member) {
    var ids = new HashSet<String>();
    rows.forEach(row -> assertThat(ids.add(row.path(member).asString(""))).isTrue());
    return ids;
  }

  private Api api(String organization) {
    try {
      var instance =
          JsonMapper.shared().readTree(Files.readString(folder.resolve("instance.json")));
      var secret = Files.readString(folder.resolve("secret")).strip();
      return new Api(
          URI.create(instance.path("gateway").asString("")),
          Tokens.of(secret, Clock.systemUTC()).user("ada", organization, false, Api.TOKEN_LASTS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
