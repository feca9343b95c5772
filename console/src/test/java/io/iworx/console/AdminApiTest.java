package io.iworx.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iworx.correlation.Correlation;
import io.iworx.eventbus.EventType;
import io.iworx.trace.TraceEntry;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What the admin API answers. */
class AdminApiTest {
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

  private final Fixture fixture = new Fixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private void publish(String type) {
    fixture.bus.publish(EventType.matching(type), Map.of("assetId", "a-1"));
  }

  @Test
  void publishesAnEventAndReadsItBack() {
    var published =
        fixture.post(
            "/admin/events",
            "application/json",
            """
            {"eventType": "asset.updated", "payload": {"assetId": "a-1", "n": 1.10}, "key": "a-1"}
            """);
    assertThat(published.statusCode()).isEqualTo(201);
    publish("work_order.created");

    var page = fixture.json("/admin/events?type=asset.*");
    assertThat(page.path("events").size()).isEqualTo(1);
    var event = page.path("events").get(0);
    assertThat(event.path("eventType").asString()).isEqualTo("asset.updated");
    assertThat(event.path("key").asString()).isEqualTo("a-1");
    assertThat(event.path("payload").path("assetId").asString()).isEqualTo("a-1");
    assertThat(page.path("next").asLong()).isEqualTo(2);
  }

  @Test
  void takesStepsTowardsAnotherNumberOfPartitions() {
    fixture.bus.subscribe("stock", List.of(EventType.matching("asset.*")), (_, _) -> {});
    await()
        .until(
            () -> {
              var step = repartition("stock", "{\"action\": \"repartition\", \"partitions\": 6}");
              assertThat(step.statusCode()).isEqualTo(200);
              return step.body().contains("DONE");
            });
    var one = fixture.json("/admin/subscriptions").path("subscriptions").get(0);
    assertThat(one.path("partitions").size()).isEqualTo(6);
    assertThat(repartition("stock", "{\"action\": \"repartition\"}").statusCode()).isEqualTo(400);
    assertThat(
            repartition("stock", "{\"action\": \"repartition\", \"partitions\": 0}").statusCode())
        .isEqualTo(400);
    assertThat(
            repartition("stick", "{\"action\": \"repartition\", \"partitions\": 2}").statusCode())
        .isEqualTo(404);
    repartition("stock", "{\"action\": \"pause\"}");
    var refused = repartition("stock", "{\"action\": \"repartition\", \"partitions\": 2}");
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(refused.body()).contains("paused");
  }

  private HttpResponse<String> repartition(String subscription, String body) {
    return fixture.post("/admin/subscriptions/" + subscription, "application/json", body);
  }

  @Test
  void schedulesListsAndCancels() {
    var body = "{\"eventType\": \"a.b\", \"eventId\": \"e-1\", \"payload\": {}, \"at\": \"%s\"}";
    assertThat(post(body.formatted("2100-01-01T08:00:00Z"))).isEqualTo(202);
    assertThat(post(body.formatted("tomorrow"))).isEqualTo(400);
    var scheduled = fixture.json("/admin/scheduled-events").path("scheduled");
    assertThat(scheduled.size()).isEqualTo(1);
    assertThat(scheduled.get(0).path("eventId").asString()).isEqualTo("e-1");
    assertThat(scheduled.get(0).path("at").asString()).isEqualTo("2100-01-01T08:00:00Z");
    assertThat(fixture.log.entries()).isEmpty();
    assertThat(cancel("e-1")).isEqualTo(200);
    assertThat(cancel("e-1")).isEqualTo(404);
    assertThat(fixture.json("/admin/scheduled-events").path("scheduled").size()).isZero();
  }

  private int cancel(String id) {
    return fixture
        .post("/admin/scheduled-events/cancel/" + id, "application/json", "{}")
        .statusCode();
  }

  @Test
  void readsPageByPage() {
    for (var i = 0; i < 5; i++) {
      publish("asset.updated");
    }
    var first = fixture.json("/admin/events?limit=2");
    assertThat(first.path("events").size()).isEqualTo(2);
    var second = fixture.json("/admin/events?limit=500&after=" + first.path("next").asLong());
    assertThat(second.path("events").size()).isEqualTo(3);
    assertThat(fixture.json("/admin/events?after=latest").path("events").size()).isZero();
  }

  @Test
  void waitsForTheNextEvent() throws Exception {
    publish("asset.updated");
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answer =
          threads.submit(
              () -> fixture.json("/admin/events?after=latest&wait=20&type=asset.created"));
      // Whether it waits already or not, it must see what comes after the position it began at.
      publish("asset.updated");
      while (!answer.isDone()) {
        publish("asset.created");
        Thread.onSpinWait();
      }
      assertThat(answer.get().path("events").get(0).path("eventType").asString())
          .isEqualTo("asset.created");
    }
  }

  @Test
  void refusesWhatIsNoEvent() {
    assertThat(post("{\"eventType\": \"asset.updated\"}")).isEqualTo(400);
    assertThat(post("{\"eventType\": \"asset.updated\", \"payload\": []}")).isEqualTo(400);
    assertThat(post("{\"eventType\": \"asset.*\", \"payload\": {}}")).isEqualTo(400);
    assertThat(post("{\"eventType\": \"a.b\", \"payload\": {}, \"position\": 1}")).isEqualTo(400);
    assertThat(post("{\"eventType\": \"a.b\", \"payload\": {}, \"payload\": {}}")).isEqualTo(400);
    assertThat(post("{\"eventType\": \"a.b\", \"payload\": {}} {}")).isEqualTo(400);
    assertThat(post("nothing")).isEqualTo(400);
    var form = fixture.post("/admin/events", "text/plain", "{}");
    assertThat(form.statusCode()).isEqualTo(415);
    assertThat(fixture.log.entries()).isEmpty();
  }

  private int post(String body) {
    return fixture.post("/admin/events", "application/json", body).statusCode();
  }

  @Test
  void showsATraceInThreeFormats() {
    fixture.traces.append(
        List.of(
            new TraceEntry(
                TraceEntry.Kind.HOP,
                "h-1",
                Correlation.of("c-1").withCallingService(Correlation.EXTERNAL),
                "assets",
                "GET /api/assets",
                NOON,
                Duration.ofMillis(12),
                true,
                "200")));
    assertThat(fixture.json("/admin/traces/c-1").path("entries").size()).isEqualTo(1);
    assertThat(fixture.get("/admin/traces/c-1?format=text").body()).contains("GET /api/assets");
    assertThat(fixture.get("/admin/traces/c-1?format=mermaid").body()).contains("sequenceDiagram");
    assertThat(fixture.get("/admin/traces/c-2").statusCode()).isEqualTo(404);
    assertThat(fixture.get("/admin/traces/c-1?format=svg").statusCode()).isEqualTo(400);
    assertThat(fixture.get("/admin/traces/%3Cscript%3E").statusCode()).isEqualTo(400);
  }

  @Test
  void aReloadThatCannotBeUsedSaysWhy() throws Exception {
    var path = "/admin/routes/reload";
    assertThat(fixture.post(path, "application/json", "{}").body()).isEqualTo("{\"routes\":2}");
    assertThat(fixture.reloads).hasValue(1);
    fixture.unusable = new IllegalStateException("A change of gateway.port needs a restart.");
    var refused = fixture.post(path, "application/json", "{}");
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(refused.body()).contains("was not changed", "gateway.port needs a restart");
  }

  @Test
  void listsRoutesWithTargetsAndHealth() {
    var routes = fixture.json("/admin/routes").path("routes");
    assertThat(routes.size()).isEqualTo(2);
    assertThat(routes.get(0).path("target").isNull()).isTrue();
    assertThat(routes.get(1).path("target").asString()).isEqualTo("http://127.0.0.1:9");
    assertThat(routes.get(1).path("health").asString()).isEqualTo("unavailable");
  }

  @Test
  void listsSubscriptions() {
    fixture.bus.subscribe(
        "asset-history", List.of(EventType.matching("asset.updated")), (_, _) -> {});
    var one = fixture.json("/admin/subscriptions").path("subscriptions").get(0);
    assertThat(one.path("name").asString()).isEqualTo("asset-history");
    assertThat(one.path("service").asString()).isEqualTo("test-service");
    assertThat(one.path("instances").path(0).asString()).isNotBlank();
  }

  @Test
  void theDoctorKnowsTypesThatAreNearlyRight() {
    var findings = doctor("?type=work_order.complete");
    assertThat(findings).contains("Did you mean work_order.completed?");
    assertThat(findings).contains("Nobody subscribes to work_order.complete.");
  }

  @Test
  void theDoctorKnowsSubscriptionsThatCameTooLateOrDoNotRun() {
    publish("asset.updated");
    var subscription =
        fixture.bus.subscribe(
            "asset-history", List.of(EventType.matching("asset.updated")), (_, _) -> {});
    assertThat(doctor("?type=asset.updated")).contains("It began after position 1");
    subscription.close();
    assertThat(doctor("?subscription=asset-history")).contains("Nobody delivers for it");
    assertThat(doctor("?subscription=asset-histori")).contains("Did you mean asset-history?");
  }

  @Test
  void theDoctorLooksAtEverythingUnlessAsked() {
    var findings = doctor("");
    assertThat(findings).contains("It is there.", "No target", "assets", "connecting now: ");
  }

  @Test
  void theDoctorFindsWhereTheCorrelationIsLost() {
    fixture.traces.append(
        List.of(
            hop("h-1", Correlation.EXTERNAL, "work-orders", 0),
            hop("h-2", "work-order-service", "assets", 5)));
    assertThat(doctor("?correlationId=c-1"))
        .contains("The first that names no cause is GET /api/assets");
    assertThat(doctor("?correlationId=c-9")).contains("Nothing is recorded for c-9.");
  }

  private static TraceEntry hop(String id, String caller, String service, int afterMillis) {
    return new TraceEntry(
        TraceEntry.Kind.HOP,
        id,
        Correlation.of("c-1").withCallingService(caller),
        service,
        "GET /api/" + service,
        NOON.plusMillis(afterMillis),
        Duration.ofMillis(10),
        true,
        "200");
  }

  private String doctor(String query) {
    var text = new StringBuilder();
    for (JsonNode finding : fixture.json("/admin/doctor" + query).path("findings")) {
      text.append(finding.path("check").asString("")).append(": ");
      text.append(finding.path("says").asString("")).append('\n');
    }
    return text.toString();
  }
}
