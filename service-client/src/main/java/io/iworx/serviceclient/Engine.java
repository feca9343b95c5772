package io.iworx.serviceclient;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all calls of a client share. Safe for any thread. */
final class Engine implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ServiceClient.class);

  private final ClientSettings settings;
  private final Clock clock;
  private final ContextHeaders contextHeaders;
  private final Transport transport;
  private final Targets targets;
  private final Retries retries;
  private final Listeners listeners;
  private final ClientTelemetry telemetry;

  Engine(String serviceName, ClientSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.contextHeaders = new ContextHeaders(serviceName, settings, clock);
    this.transport = new Transport(settings);
    this.targets = new Targets(settings, this::breakerChanged);
    this.retries = new Retries(settings.retry(), () -> ThreadLocalRandom.current().nextDouble());
    this.listeners = new Listeners(settings.listeners());
    this.telemetry = new ClientTelemetry(settings.openTelemetry(), settings.gateway());
  }

  ClientSettings settings() {
    return settings;
  }

  Clock clock() {
    return clock;
  }

  ContextHeaders contextHeaders() {
    return contextHeaders;
  }

  Targets targets() {
    return targets;
  }

  Retries retries() {
    return retries;
  }

  Listeners listeners() {
    return listeners;
  }

  /** One attempt. */
  Reply send(Target target, Request request) {
    return target.send(request, telemetry.isOff() ? transport::send : it -> measured(target, it));
  }

  /** Waits, at most until the client is closed; false when there is to be no further attempt. */
  boolean pause(Duration wait) {
    return wait.isZero() || transport.pause(wait);
  }

  void requireOpen() {
    transport.requireOpen();
  }

  @Override
  public void close() {
    transport.close();
  }

  private Reply measured(Target target, Request request) {
    var operation = telemetry.begin(target.name(), request);
    Reply reply = null;
    try {
      reply = transport.send(operation.traced(request));
      return reply;
    } finally {
      operation.end(reply);
    }
  }

  private void breakerChanged(String target, BreakerState state) {
    log.warn("[Service Client] the circuit breaker of {} is {} now", target, state);
    listeners.tell(it -> it.breakerChanged(target, state));
  }
}
