package io.iworx.console;

import java.net.URI;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.VirtualThreadPool;

/**
 * The running admin API, on 127.0.0.1. Everything but {@code /health} and {@code /metrics} needs
 * the admin token. Safe for any thread.
 */
public final class Console implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";
  private static final int PLATFORM_THREADS = 8;
  private static final int IDLE_TIMEOUT_MS = 60_000;

  private final Server server;
  private final AtomicReference<Readiness> readiness;
  private final URI address;

  private Console(Server server, AtomicReference<Readiness> readiness, URI address) {
    this.server = server;
    this.readiness = readiness;
    this.address = address;
  }

  /**
   * Starts it; {@code /health/ready} answers 503 until {@link #ready}.
   *
   * @param port 0 for a free one
   * @param adminToken what callers must send as their bearer token
   * @throws ConsoleException when the port is taken
   */
  public static Console start(int port, String adminToken, ConsoleSources sources, Clock clock) {
    var threads = new QueuedThreadPool(PLATFORM_THREADS, 2);
    threads.setName("console");
    threads.setDaemon(true);
    threads.setVirtualThreadsExecutor(new VirtualThreadPool());
    var server = new Server(threads);
    var connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http()));
    connector.setHost(LOOPBACK);
    connector.setPort(port);
    connector.setIdleTimeout(IDLE_TIMEOUT_MS);
    server.addConnector(connector);
    var readiness = new AtomicReference<>(Readiness.STARTING);
    var context = new ServletContextHandler();
    var servlet =
        new AdminServlet(
            Endpoints.of(sources), new Gatekeeper(adminToken), readiness, sources.metrics(), clock);
    context.addServlet(new ServletHolder(servlet), "/");
    server.setHandler(context);
    server.setErrorHandler(new ProblemErrors());
    return started(server, connector, readiness);
  }

  private static Console started(
      Server server, ServerConnector connector, AtomicReference<Readiness> readiness) {
    try {
      server.start();
    } catch (Exception e) {
      stop(server);
      throw new ConsoleException(
          "The console cannot listen on %s:%d (%s); choose another port for it."
              .formatted(LOOPBACK, connector.getPort(), e.getMessage()),
          e);
    }
    var address = URI.create("http://" + LOOPBACK + ":" + connector.getLocalPort());
    return new Console(server, readiness, address);
  }

  private static HttpConfiguration http() {
    var http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setSendDateHeader(false);
    http.setRequestHeaderSize(8 * 1024);
    return http;
  }

  /** Where it listens: {@code http://127.0.0.1:PORT}. */
  public URI address() {
    return address;
  }

  /** From now on {@code /health/ready} answers 200. */
  public void ready() {
    readiness.set(Readiness.READY);
  }

  /** From now on {@code /health/ready} answers 503; everything else goes on. */
  public void draining() {
    readiness.set(Readiness.DRAINING);
  }

  @Override
  public void close() {
    draining();
    stop(server);
  }

  private static void stop(Server server) {
    try {
      server.stop();
    } catch (Exception e) {
      throw new ConsoleException("The console did not stop: " + e.getMessage(), e);
    }
  }
}
