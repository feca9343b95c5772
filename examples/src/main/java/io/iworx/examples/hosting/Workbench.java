package io.iworx.examples.hosting;

import io.iworx.correlation.servlet.CorrelationFilter;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventBusOptions;
import io.iworx.examples.http.HttpServer;
import io.iworx.examples.http.Router;
import io.iworx.sagas.Sagas;
import io.iworx.sagas.SagasOptions;
import io.iworx.server.spi.Host;
import io.iworx.server.spi.HostedService;
import io.iworx.server.spi.HostedService.Running;
import io.iworx.serviceclient.ClientSettings;
import io.iworx.serviceclient.ServiceClient;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one service works with: its bus, its client, its sagas, and at last its HTTP server. All of
 * it stops together, the last first, so nobody is let in any more when what answers them goes.
 */
public final class Workbench {
  private static final Logger log = LoggerFactory.getLogger(Workbench.class);

  private final String service;
  private final List<String> routes;
  private final Host host;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  private Workbench(HostedService service, Host host) {
    this.service = service.name();
    this.routes = service.routes();
    this.host = host;
  }

  public static Workbench of(HostedService service, Host host) {
    return new Workbench(service, host);
  }

  /** A bus that publishes in the service's name. */
  public EventBus bus() {
    var options =
        EventBusOptions.defaults()
            .withTraceRecorder(host.traceRecorder())
            .withOpenTelemetry(host.openTelemetry());
    return keep(EventBus.create(service, host.eventLog(), options));
  }

  /** A client that calls in the service's name, with its own token. */
  public ServiceClient client() {
    var token = host.token().forService(service);
    return keep(
        ServiceClient.create(
            service,
            ClientSettings.of(host.gateway())
                .withCredentials(token::get)
                .withOpenTelemetry(host.openTelemetry())));
  }

  /** Sagas that publish through the service's bus. */
  public Sagas sagas(EventBus bus) {
    var options =
        SagasOptions.defaults()
            .withTraceRecorder(host.traceRecorder())
            .withOpenTelemetry(host.openTelemetry());
    return keep(Sagas.create(bus, host.sagaStore(), options));
  }

  /** Lets requests in; the service runs from now on. */
  public Running serve(Router router) {
    HttpServer server;
    try {
      server = keep(HttpServer.start(host.port(), filter(), router));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    return new Running() {
      @Override
      public URI address() {
        return server.address();
      }

      @Override
      public void close() {
        Workbench.this.close();
      }
    };
  }

  /** Believes the gateway's signature alone where its key is known. */
  private CorrelationFilter filter() {
    var key = host.gatewayKey();
    return key == null
        ? CorrelationFilter.trustingHeaders()
        : CorrelationFilter.trusting(routes, List.of(key));
  }

  private <T extends AutoCloseable> T keep(T part) {
    open.push(part);
    return part;
  }

  private void close() {
    while (!open.isEmpty()) {
      var part = open.pop();
      try {
        part.close();
      } catch (Exception e) {
        log.warn("{} stopped without its {} closing cleanly", service, part, e);
      }
    }
  }
}
