package io.iworx.gateway;

import java.util.LinkedHashMap;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/** {@code /health}: what the last background checks found, as JSON. */
final class HealthPage {
  private static final JsonMapper JSON = new JsonMapper();

  private final Supplier<Health> health;

  HealthPage(Supplier<Health> health) {
    this.health = health;
  }

  Reply reply() {
    var now = health.get();
    var services = new LinkedHashMap<String, String>();
    now.services().forEach((name, state) -> services.put(name, state.text()));
    var body = new LinkedHashMap<String, Object>();
    body.put("status", now.allHealthy() ? "healthy" : "degraded");
    body.put("timestamp", now.checkedAt().toString());
    body.put("services", services);
    return Reply.json(JSON.writeValueAsBytes(body));
  }
}
