package io.iworx.gateway;

import java.util.ArrayList;
import java.util.List;

/** Makes of what a route's policies say the steps that its requests go through. */
final class Policies {
  private final GatewayParts parts;

  Policies(GatewayParts parts) {
    this.parts = parts;
  }

  List<Step> steps(Route route) {
    var steps = new ArrayList<Step>();
    parts.filters().forEach((name, filter) -> steps.add(new FilterStep(name, filter)));
    for (var name : route.policies().filters()) {
      steps.add(routeFilter(route, name));
    }
    return List.copyOf(steps);
  }

  private Step routeFilter(Route route, String name) {
    var filter = parts.routeFilters().get(name);
    if (filter == null) {
      throw new GatewayException(
          "The route of %s names the filter %s, which this gateway was not given; it has %s."
              .formatted(
                  route.service(),
                  name,
                  parts.routeFilters().isEmpty()
                      ? "none"
                      : String.join(", ", parts.routeFilters().keySet())),
          null);
    }
    return new FilterStep(name, filter);
  }
}
