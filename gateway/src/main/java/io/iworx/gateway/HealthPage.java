package io.iworx.gateway;

import java.util.LinkedHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/** {@code /health}: what the last background checks found, as JSON. */
final class HealthPage {
  private static final JsonMapper JSON = new JsonMapper();

  private final Supplier<Health> health;
  private final BooleanSupplier limitsAlone;

  HealthPage(Supplier<Health> health, BooleanSupplier limitsAlone) {
    this.health = health;
    this.limitsAlone = limitsAlone;
  }

  Reply reply() {
    var now = health.get();
    var services = new LinkedHashMap<String, String>();
    now.services().forEach((name, state) -> services.put(name, state.text()));
    var body = new LinkedHashMap<String, Object>();
    var alone = limitsAlone.getAsBoolean();
    body.put("status", now.allHealthy() && !alone ? "healthy" : "degraded");
    body.put("timestamp", now.checkedAt().toString());
    body.put("services", services);
    if (alone) {
      body.put(
          "limits", "each gateway counts its share: the store of shared limits is unavailable");
    }
    return Reply.json(JSON.writeValueAsBytes(body));
  }
}
