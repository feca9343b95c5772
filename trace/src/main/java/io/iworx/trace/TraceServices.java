package io.iworx.trace;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The services a trace touches, in the order of their first appearance, each under one name. */
final class TraceServices {
  private final Map<String, String> names = new LinkedHashMap<>();

  private TraceServices() {}

  static TraceServices of(Trace trace) {
    var services = new TraceServices();
    for (var node : trace.nodes()) {
      services.add(node.entry().actor());
      services.add(node.entry().service());
    }
    return services;
  }

  /** Those that are services: not the outside world. */
  long count() {
    return names.keySet().stream().filter(name -> !name.equals(EXTERNAL)).count();
  }

  private static final String EXTERNAL =
      Callee.canonical(io.iworx.correlation.Correlation.EXTERNAL);

  Collection<String> names() {
    return names.values();
  }

  /** The one name under which the service is drawn. */
  String nameOf(@Nullable String service) {
    return service == null ? UNKNOWN : names.getOrDefault(Callee.canonical(service), service);
  }

  static final String UNKNOWN = "?";

  /** The longer name says more: {@code work-order-service} rather than {@code work-orders}. */
  private void add(@Nullable String service) {
    if (service != null) {
      names.merge(Callee.canonical(service), service, (a, b) -> b.length() > a.length() ? b : a);
    }
  }
}
