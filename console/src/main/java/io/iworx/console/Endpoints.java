package io.iworx.console;

import java.util.List;

/** Everything the admin API answers; what is not here does not exist. */
final class Endpoints {
  private Endpoints() {}

  static List<Endpoint> of(ConsoleSources sources) {
    var events = new EventEndpoints(sources.eventLog(), sources.bus());
    var subscriptions = new SubscriptionEndpoints(sources.eventLog());
    var deadLetters = new DeadLetterEndpoints(sources.eventLog());
    var sagas = new SagaEndpoints(sources.sagas());
    var routes = new RouteEndpoints(sources.gateway(), sources.reload());
    var doctor = new Doctor(sources);
    return List.of(
        new Endpoint("GET", "/admin/traces/{}", new TraceEndpoint(sources.traces())),
        new Endpoint("GET", "/admin/events", events::list),
        new Endpoint("POST", "/admin/events", events::publish),
        new Endpoint("GET", "/admin/scheduled-events", events::scheduled),
        new Endpoint("POST", "/admin/scheduled-events/cancel/{}", events::cancel),
        new Endpoint("GET", "/admin/subscriptions", subscriptions::list),
        new Endpoint("POST", "/admin/subscriptions/{}", subscriptions::change),
        new Endpoint("GET", "/admin/dead-letters/{}", deadLetters::list),
        new Endpoint("POST", "/admin/dead-letters/{}", deadLetters::change),
        new Endpoint("GET", "/admin/sagas", sagas::list),
        new Endpoint("GET", "/admin/sagas/{}", sagas::show),
        new Endpoint("POST", "/admin/sagas/{}", sagas::change),
        new Endpoint("GET", "/admin/routes", routes::list),
        new Endpoint("POST", "/admin/routes/reload", routes::reload),
        new Endpoint("GET", "/admin/doctor", doctor));
  }
}
