package io.iworx.server;

import io.iworx.correlation.Identity;
import io.iworx.trace.Trace;
import io.iworx.trace.spi.TraceStore;
import java.net.URI;
import java.util.List;

/** A platform whose parts have all started. */
final class RunningPlatform implements Platform {
  private static final Identity OWNER = new Identity(null, null, true);

  private final Instance instance;
  private final HostedServices services;
  private final Tokens tokens;
  private final TraceStore traces;
  private final Parts parts;

  RunningPlatform(
      Instance instance, HostedServices services, Tokens tokens, TraceStore traces, Parts parts) {
    this.instance = instance;
    this.services = services;
    this.tokens = tokens;
    this.traces = traces;
    this.parts = parts;
  }

  Instance instance() {
    return instance;
  }

  HostedServices hosted() {
    return services;
  }

  @Override
  public URI gateway() {
    return instance.gateway();
  }

  @Override
  public URI console() {
    return instance.console();
  }

  @Override
  public List<String> services() {
    return List.copyOf(services.addresses().keySet());
  }

  @Override
  public Tokens tokens() {
    return tokens;
  }

  @Override
  public Trace trace(String correlationId) {
    return Trace.of(correlationId, traces.find(correlationId, OWNER));
  }

  @Override
  public void stopService(String name) {
    services.stop(name);
  }

  @Override
  public void close() {
    parts.close();
  }
}
