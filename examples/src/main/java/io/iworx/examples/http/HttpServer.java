package io.iworx.examples.http;

import io.iworx.correlation.servlet.CorrelationFilter;
import jakarta.servlet.DispatcherType;
import java.net.URI;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.Executors;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Jetty on 127.0.0.1, one virtual thread a request, with each request's {@link
 * io.iworx.correlation.Correlation} in scope.
 */
public final class HttpServer implements AutoCloseable {
  /** How long {@link #close} waits for requests under way. */
  public static final int STOP_TIMEOUT_MS = 5_000;

  private final Server server;
  private final ServerConnector connector;

  private HttpServer(Server server, ServerConnector connector) {
    this.server = server;
    this.connector = connector;
  }

  /**
   * Starts to answer requests; returns when it does.
   *
   * @param port the port; 0 for a free one
   * @param filter puts the context in scope: it decides whom the service believes
   * @throws IllegalStateException when it cannot listen there
   */
  public static HttpServer start(int port, CorrelationFilter filter, Router router) {
    var server = new Server(threads());
    var http = new HttpConfiguration();
    http.setSendServerVersion(false);
    var connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost("127.0.0.1");
    connector.setPort(port);
    server.addConnector(connector);
    server.setHandler(new GracefulHandler(handler(filter, router)));
    server.setErrorHandler((_, response, callback) -> refuse(response, callback));
    server.setStopTimeout(STOP_TIMEOUT_MS);
    try {
      server.start();
    } catch (Exception e) {
      throw new IllegalStateException(
          "Cannot listen on 127.0.0.1:" + port + ": " + e.getMessage(), e);
    }
    return new HttpServer(server, connector);
  }

  public URI address() {
    return URI.create("http://127.0.0.1:" + connector.getLocalPort());
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("The server at " + address() + " did not stop cleanly", e);
    }
  }

  /** A few platform threads for accepting and selecting; handlers get virtual ones. */
  private static QueuedThreadPool threads() {
    var threads = new QueuedThreadPool(8, 2);
    threads.setDaemon(true);
    threads.setVirtualThreadsExecutor(Executors.newVirtualThreadPerTaskExecutor());
    return threads;
  }

  private static ServletContextHandler handler(CorrelationFilter filter, Router router) {
    var handler = new ServletContextHandler("/");
    handler.addFilter(new FilterHolder(filter), "/*", EnumSet.of(DispatcherType.REQUEST));
    handler.addServlet(new ServletHolder(new RouterServlet(router)), "/*");
    return handler;
  }

  /** What Jetty itself refuses, before there is a context: malformed HTTP, ambiguous paths. */
  private static boolean refuse(Response response, Callback callback) {
    var status = response.getStatus();
    var body = Json.write(Problem.of(status, "The request was refused", Map.of()));
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.CONTENT_TYPE);
    Content.Sink.write(response, true, body, callback);
    return true;
  }
}
