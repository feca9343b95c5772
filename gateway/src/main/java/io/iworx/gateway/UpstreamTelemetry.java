package io.iworx.gateway;

import io.iworx.gateway.UpstreamTarget.Condition;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway tells OpenTelemetry of the services behind it and of its stores: how things stand
 * when somebody asks, so that no request pays for it. At most {@value #MOST_TARGETS} targets are
 * told apart; the rest are one, {@code _OTHER}.
 */
final class UpstreamTelemetry implements AutoCloseable {
  static final String REQUESTS = "http.client.active_requests";
  static final String CONNECTIONS = "iworx.gateway.upstream.connections";
  static final String WAITING = "iworx.gateway.upstream.waiting";
  static final String TARGETS = "iworx.gateway.upstream.targets";
  static final String CIRCUIT_OPEN = "iworx.gateway.upstream.circuit_open";
  static final String STORE_UP = "iworx.gateway.store.up";

  static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("server.address");
  static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
  static final AttributeKey<String> STATE = AttributeKey.stringKey("iworx.gateway.target.state");
  static final AttributeKey<String> STORE = AttributeKey.stringKey("iworx.gateway.store");

  static final int MOST_TARGETS = 400;
  private static final String OTHER = "_OTHER";

  private final AtomicReference<RouteTable> table;
  private final Policies policies;
  private final ObservableLongMeasurement requests;
  private final ObservableLongMeasurement connections;
  private final ObservableLongMeasurement waiting;
  private final ObservableLongMeasurement targets;
  private final ObservableLongMeasurement circuitOpen;
  private final ObservableLongMeasurement storeUp;
  private final @Nullable BatchCallback callback;

  /** A target of a service, whichever of its routes lead there. */
  private record Place(String service, String address, int port) {}

  /** What all routes have with a target. */
  private static final class Sums {
    private final Map<Condition, Long> states = new EnumMap<>(Condition.class);
    private long requests;
    private long connections;
    private long waiting;
  }

  UpstreamTelemetry(
      OpenTelemetry openTelemetry, AtomicReference<RouteTable> table, Policies policies) {
    this.table = table;
    this.policies = policies;
    var meter = openTelemetry.getMeter(GatewayTelemetry.SCOPE);
    this.requests =
        meter
            .upDownCounterBuilder(REQUESTS)
            .setUnit("{request}")
            .setDescription("Number of active HTTP requests.")
            .buildObserver();
    this.connections = gauge(meter, CONNECTIONS, "{connection}", "Connections to a target.");
    this.waiting = gauge(meter, WAITING, "{request}", "Requests that wait for a connection.");
    this.targets = gauge(meter, TARGETS, "{target}", "Targets, by the state they are in.");
    this.circuitOpen =
        gauge(meter, CIRCUIT_OPEN, "{route}", "Routes none of whose targets gets requests.");
    this.storeUp = gauge(meter, STORE_UP, "1", "Whether a store of the gateway's answers.");
    this.callback =
        openTelemetry.getMeterProvider().equals(MeterProvider.noop())
            ? null
            : meter.batchCallback(
                this::observe, requests, connections, waiting, targets, circuitOpen, storeUp);
  }

  private static ObservableLongMeasurement gauge(
      Meter meter, String name, String unit, String description) {
    return meter
        .gaugeBuilder(name)
        .ofLongs()
        .setUnit(unit)
        .setDescription(description)
        .buildObserver();
  }

  private void observe() {
    var places = new LinkedHashMap<Place, Sums>();
    var circuits = new LinkedHashMap<String, Long>();
    for (var entry : table.get().entries()) {
      var upstream = entry.upstream();
      var open = !upstream.targets().isEmpty() && upstream.open().length == 0;
      circuits.merge(upstream.service(), open ? 1L : 0L, Long::sum);
      for (var target : upstream.targets()) {
        add(places, upstream.service(), target);
      }
    }
    places.forEach(this::record);
    circuits.forEach((service, open) -> circuitOpen.record(open, route(service)));
    policies
        .stores()
        .forEach((store, up) -> storeUp.record(up ? 1 : 0, Attributes.of(STORE, store)));
  }

  private static void add(Map<Place, Sums> places, String service, UpstreamTarget target) {
    var address = target.address();
    var place = new Place(service, address.host(), address.port());
    var known = places.containsKey(place) || places.size() < MOST_TARGETS;
    var sums = places.computeIfAbsent(known ? place : new Place(OTHER, OTHER, 0), _ -> new Sums());
    sums.requests += target.requests();
    sums.connections += target.connections();
    sums.waiting += target.waiting();
    sums.states.merge(target.condition(), 1L, Long::sum);
  }

  private void record(Place place, Sums sums) {
    var attributes =
        route(place.service).toBuilder()
            .put(ADDRESS, place.address)
            .put(PORT, (long) place.port)
            .build();
    requests.record(sums.requests, attributes);
    connections.record(sums.connections, attributes);
    waiting.record(sums.waiting, attributes);
    for (var condition : Condition.values()) {
      var state = condition.name().toLowerCase(Locale.ROOT);
      targets.record(
          sums.states.getOrDefault(condition, 0L),
          attributes.toBuilder().put(STATE, state).build());
    }
  }

  private static Attributes route(String service) {
    return Attributes.of(GatewayTelemetry.ROUTE, GatewayTelemetry.route(service));
  }

  @Override
  public void close() {
    if (callback != null) {
      callback.close();
    }
  }
}
