package io.iworx.console;

import io.iworx.correlation.Correlation;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;

/**
 * Says what is wrong and what to do: about one correlation id, one event type or one subscription;
 * about everything when none is asked for.
 */
final class Doctor implements Endpoint.Handler {
  private final ConsoleSources sources;
  private final EventChecks events;
  private final TraceChecks traces;
  private final RouteChecks routes;

  Doctor(ConsoleSources sources) {
    this.sources = sources;
    var recent = new RecentEvents(sources.eventLog());
    this.events = new EventChecks(sources.eventLog(), recent);
    this.traces = new TraceChecks(sources.traces(), recent);
    this.routes = new RouteChecks(sources.gateway());
  }

  @Override
  public Answer answer(HttpServletRequest request, String last) {
    var query = Query.of(request, Set.of("correlationId", "type", "subscription"));
    var correlationId = query.text("correlationId");
    var type = query.text("type");
    var subscription = query.text("subscription");
    var findings = new ArrayList<Finding>();
    if (correlationId != null) {
      if (!Correlation.accepts(correlationId)) {
        throw Refused.parameter(
            "correlationId", "A correlation id is 1 to 128 characters of A-Z a-z 0-9 . _ : -.");
      }
      findings.addAll(traces.of(correlationId));
    }
    if (type != null) {
      findings.addAll(events.ofType(type));
    }
    if (subscription != null) {
      findings.addAll(events.ofSubscription(subscription));
    }
    if (correlationId == null && type == null && subscription == null) {
      findings.addAll(sources.facts().get());
      findings.addAll(routes.all());
      findings.addAll(events.ofAllSubscriptions());
    }
    return Answer.json(Map.of("findings", findings));
  }
}
