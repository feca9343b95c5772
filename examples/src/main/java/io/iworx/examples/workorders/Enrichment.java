package io.iworx.examples.workorders;

import io.iworx.correlation.Correlation;
import io.iworx.examples.http.Json;
import io.iworx.serviceclient.Failure;
import io.iworx.serviceclient.ServiceClient;
import io.iworx.serviceclient.Success;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Work orders together with what the asset and people services know. What they do not answer in
 * time is null: a work order can be read while they are down.
 */
final class Enrichment {
  /** How many calls one request makes at the same time. */
  static final int PARALLEL = 8;

  /** How long one request waits for others in all. */
  static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final Logger log = LoggerFactory.getLogger(Enrichment.class);

  private final ServiceClient client;
  private final Clock clock;

  Enrichment(ServiceClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
  }

  /** The work order with {@code asset} and {@code technician}. */
  ObjectNode one(WorkOrder order) {
    var asset = assetPath(order);
    var technician = technicianPath(order);
    var answers = fetch(technician == null ? List.of(asset) : List.of(asset, technician));
    var json = enriched(order, answers);
    json.set("technician", technician == null ? null : answers.get(technician));
    return json;
  }

  /** Each work order with {@code asset}; an asset of many work orders is fetched once. */
  List<ObjectNode> all(List<WorkOrder> orders) {
    var answers = fetch(orders.stream().map(Enrichment::assetPath).toList());
    return orders.stream().map(order -> enriched(order, answers)).toList();
  }

  private static ObjectNode enriched(WorkOrder order, Map<String, JsonNode> answers) {
    var json = Json.tree(order);
    json.set("asset", answers.get(assetPath(order)));
    json.put("_enriched", true);
    return json;
  }

  private static String assetPath(WorkOrder order) {
    return "/assets/" + order.assetId();
  }

  private static @Nullable String technicianPath(WorkOrder order) {
    return order.assignedTechnician() == null ? null : "/people/" + order.assignedTechnician();
  }

  /** What each path answers, several at a time; a path that nobody answers is missing. */
  private Map<String, JsonNode> fetch(Collection<String> paths) {
    var answers = new ConcurrentHashMap<String, JsonNode>();
    var correlation = hurried(Correlation.currentOrFresh());
    try (var threads = Executors.newFixedThreadPool(PARALLEL, Thread.ofVirtual().factory())) {
      for (var path : Set.copyOf(paths)) {
        threads.execute(correlation.wrap(() -> fetch(path, answers)));
      }
    }
    return answers;
  }

  private void fetch(String path, Map<String, JsonNode> answers) {
    switch (client.get(path, JsonNode.class)) {
      case Success<JsonNode>(var body, _) -> answers.put(path, body);
      case Failure<JsonNode> failure -> log.debug("Answering without it: {}", failure.toString());
    }
  }

  /** The context with the nearer of its own deadline and the end of our patience. */
  private Correlation hurried(Correlation correlation) {
    var end = clock.instant().plus(PATIENCE);
    var deadline = correlation.deadline();
    return deadline != null && deadline.isBefore(end) ? correlation : correlation.withDeadline(end);
  }
}
