package io.iworx.console;

import io.iworx.gateway.Gateway;
import io.iworx.gateway.Health;
import io.iworx.gateway.Route;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Every route of the gateway with its target and how that is. */
final class RoutesEndpoint implements Endpoint.Handler {
  private final Gateway gateway;

  RoutesEndpoint(Gateway gateway) {
    this.gateway = gateway;
  }

  @Override
  public Answer answer(HttpServletRequest request, String last) {
    Query.of(request, Set.of());
    var health = gateway.health();
    var all = gateway.routes().stream().map(route -> shown(route, health)).toList();
    return Answer.json(Map.of("checkedAt", health.checkedAt().toString(), "routes", all));
  }

  private static Map<String, @Nullable Object> shown(Route route, Health health) {
    var state = health.services().getOrDefault(route.service(), Health.State.UNAVAILABLE);
    var targets = route.targets().stream().map(URI::toString).toList();
    var members = new LinkedHashMap<String, @Nullable Object>();
    members.put("service", route.service());
    members.put("target", targets.isEmpty() ? null : targets.getFirst());
    members.put("targets", targets);
    members.put("health", state.text());
    members.put("public", route.publicAccess());
    members.put("keepPrefix", route.keepPrefix());
    members.put("timeoutMs", route.timeout().toMillis());
    return members;
  }
}
