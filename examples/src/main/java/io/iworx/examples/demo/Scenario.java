package io.iworx.examples.demo;

import io.iworx.correlation.Uuid7;
import io.iworx.server.Platform;
import io.iworx.trace.Trace;
import io.iworx.trace.TraceEntry.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** From a new asset to the trace of its first work order. */
final class Scenario {
  private static final int STOCK = 5;
  private static final int NEEDED = 2;

  private final Platform platform;
  private final Story story;

  /** Does what is not part of the first work order's trace. */
  private final Caller caller;

  /** Does what is. */
  private final Caller first;

  private final String firstId = Uuid7.next();

  private String asset = "";
  private String technician = "";
  private String item = "";
  private String order = "";

  Scenario(Platform platform, Caller caller, Story story) {
    this.platform = platform;
    this.caller = caller;
    this.first = caller.with(firstId);
    this.story = story;
  }

  void play() {
    setUp();
    open();
    complete();
    openWithoutParts();
    openWithoutTechnician();
    readWithoutAssets();
    printTrace();
  }

  private void setUp() {
    asset =
        story
            .expect(
                201,
                caller.post(
                    "/api/assets",
                    Map.of("name", "Pump 7", "asset_number", "P-7", "criticality", "high")),
                "an asset")
            .text("id");
    technician =
        story
            .expect(
                201,
                caller.post(
                    "/api/people",
                    Map.of(
                        "first_name", "Ada",
                        "last_name", "Byron",
                        "skills", List.of("hydraulics"))),
                "a technician")
            .text("id");
    item =
        story
            .expect(
                201,
                caller.post(
                    "/api/inventory/items",
                    Map.of("name", "Seal", "sku", "S-1", "quantity", STOCK, "reorder_point", 3)),
                "stock: " + STOCK + " seals")
            .text("id");
  }

  private void open() {
    var opened =
        story.expect(
            201,
            first.post("/api/work-orders", newOrder("Replace the seals", NEEDED)),
            "a work order, opened by a saga");
    order = opened.text("id");
    story.check(reserved() == NEEDED, NEEDED + " seals are reserved for it");
    var read = story.expect(200, first.get("/api/work-orders/" + order), "read, enriched");
    story.check(
        read.body().path("asset").path("name").asString("").equals("Pump 7")
            && read.body().path("technician").path("first_name").asString("").equals("Ada")
            && read.body().path("_enriched").asBoolean(false),
        "it comes with its asset and its technician");
  }

  private void complete() {
    story.expect(
        200, first.put("/api/work-orders/" + order, Map.of("status", "completed")), "completed");
    story.await(
        () -> caller.get(history()).body().size() > 0,
        "the asset's history was written by the event");
    var entries = story.expect(200, first.get(history()), "the history").body();
    story.check(
        entries.size() == 1 && entries.path(0).path("work_order_id").asString("").equals(order),
        "exactly one entry, about this work order");
  }

  private void openWithoutParts() {
    var before = caller.get("/api/work-orders").body().size();
    var refused =
        story.expect(
            409,
            caller.post("/api/work-orders", newOrder("Replace all seals", STOCK + 1)),
            "refused: " + (STOCK + 1) + " seals are too many");
    story.check(
        refused.body().path("missing").path(0).path("item_id").asString("").equals(item),
        "the answer names the item that is missing");
    story.check(
        caller.get("/api/work-orders").body().size() == before && reserved() == NEEDED,
        "the saga undid it: no work order and no reservation is left behind");
  }

  private void openWithoutTechnician() {
    var order = new HashMap<String, Object>(newOrder("Replace a seal", 1));
    order.put("assigned_technician", Uuid7.next());
    story.expect(409, caller.post("/api/work-orders", order), "refused: nobody is called that");
    story.check(reserved() == NEEDED, "the saga gave back the seal that it had reserved");
  }

  private void readWithoutAssets() {
    platform.stopService("asset-service");
    story.say("■ the asset service is stopped");
    story.expect(503, caller.get("/api/assets/" + asset), "nobody answers for assets");
    var read =
        story.expect(
            200, caller.get("/api/work-orders/" + order), "the work order still can be read");
    story.check(
        read.body().path("asset").isNull() && !read.body().path("technician").isNull(),
        "its asset is null, its technician is there");
  }

  private void printTrace() {
    story.await(
        () -> isWhole(platform.trace(firstId)),
        "the trace of the first work order is stored: " + firstId);
    story.say("");
    story.say(platform.trace(firstId).text());
  }

  private static boolean isWhole(Trace trace) {
    return has(trace, Kind.HOP, "work-orders")
        && has(trace, Kind.SAGA, "open-work-order")
        && has(trace, Kind.STEP, "create")
        && has(trace, Kind.STEP, "reserve-parts")
        && has(trace, Kind.HOP, "inventory/reserve")
        && has(trace, Kind.STEP, "assign-technician")
        && has(trace, Kind.HOP, "people/assignments")
        && has(trace, Kind.EVENT, "work_order.assigned")
        && has(trace, Kind.EVENT, "work_order.created")
        && has(trace, Kind.EVENT, "work_order.inventory_reserved")
        && has(trace, Kind.EVENT, "inventory.low_stock_alert")
        && has(trace, Kind.EVENT, "work_order.completed")
        && has(trace, Kind.DELIVERY, "asset-history");
  }

  private static boolean has(Trace trace, Kind kind, String name) {
    return trace.nodes().stream()
        .anyMatch(node -> node.entry().kind() == kind && node.entry().name().contains(name));
  }

  private Map<String, ?> newOrder(String title, int seals) {
    return Map.of(
        "asset_id", asset,
        "title", title,
        "priority", "high",
        "assigned_technician", technician,
        "required_parts", List.of(Map.of("item_id", item, "quantity", seals)));
  }

  private int reserved() {
    return caller.get("/api/inventory/items/" + item).body().path("reserved_stock").asInt(-1);
  }

  private String history() {
    return "/api/assets/" + asset + "/history";
  }
}
