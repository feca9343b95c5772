package io.iworx.console;

import io.iworx.gateway.ConfigException;
import io.iworx.gateway.Gateway;
import io.iworx.gateway.GatewayException;
import io.iworx.gateway.Health;
import io.iworx.gateway.Route;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Every route of the gateway with its targets and how those are; and reading them again. */
final class RouteEndpoints {
  private static final int CONFLICT = 409;

  private final Gateway gateway;
  private final Runnable reload;

  RouteEndpoints(Gateway gateway, Runnable reload) {
    this.gateway = gateway;
    this.reload = reload;
  }

  /** Has the gateway read its configuration again; 409 with the reason when it cannot be used. */
  Answer reload(HttpServletRequest request, String last) {
    Query.of(request, Set.of());
    try {
      reload.run();
    } catch (ConfigException | GatewayException | IllegalStateException e) {
      throw Refused.of(
          CONFLICT,
          "The configuration was not changed. "
              + Objects.requireNonNullElse(e.getMessage(), e.toString()));
    }
    return Answer.json(Map.of("routes", gateway.routes().size()));
  }

  Answer list(HttpServletRequest request, String last) {
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
    members.put("path", "/api/" + route.service() + route.match().path());
    members.put("match", route.match().toString());
    members.put("target", targets.isEmpty() ? null : targets.getFirst());
    members.put("targets", targets);
    members.put("health", state.text());
    members.put("public", route.publicAccess());
    members.put("keepPrefix", route.keepPrefix());
    members.put("timeoutMs", route.timeout().toMillis());
    return members;
  }
}
