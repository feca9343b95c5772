package io.iworx.gateway;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at every target every {@link #INTERVAL}, off the path of requests, on virtual threads; who
 * asks for health gets what was found last.
 */
final class HealthChecks {
  static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final Logger log = LoggerFactory.getLogger(HealthChecks.class);

  private final AtomicReference<RouteTable> table;
  private final HttpClient http;
  private final Clock clock;
  private final AtomicReference<Health> last;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread;

  HealthChecks(AtomicReference<RouteTable> table, HttpClient http, Clock clock) {
    this.table = table;
    this.http = http;
    this.clock = clock;
    this.last = new AtomicReference<>(unchecked(table.get(), clock.instant()));
    this.thread = Thread.ofVirtual().name("iworx-gateway-health").unstarted(this::run);
  }

  private static Health unchecked(RouteTable table, Instant now) {
    var services = new LinkedHashMap<String, Health.State>();
    table.routes().forEach(it -> services.put(it.service(), unchecked(it)));
    return new Health(now, services);
  }

  void start() {
    thread.start();
  }

  Health last() {
    return last.get();
  }

  void stop() {
    stopped.countDown();
    thread.interrupt();
  }

  private void run() {
    try {
      do {
        round();
      } while (!stopped.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      // stopped in the middle of a round
    }
  }

  private void round() throws InterruptedException {
    var found = new LinkedHashMap<String, Future<Health.State>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var route : table.get().routes()) {
        found.put(route.service(), threads.submit(() -> check(route)));
      }
    }
    if (stopped.getCount() == 0) {
      throw new InterruptedException("stopped in the middle of a round");
    }
    var services = new LinkedHashMap<String, Health.State>();
    found.forEach((service, state) -> services.put(service, state.resultNow()));
    last.set(new Health(clock.instant(), services));
  }

  private static Health.State unchecked(Route route) {
    return route.target() == null ? Health.State.NO_TARGET : Health.State.UNAVAILABLE;
  }

  private Health.State check(Route route) throws InterruptedException {
    var url = route.target();
    if (url == null) {
      return unchecked(route);
    }
    try {
      return route.health() == null ? connect(Target.of(url)) : ask(url, route.health());
    } catch (HttpTimeoutException e) {
      return Health.State.UNHEALTHY;
    } catch (ConnectException | UnresolvedAddressException | SSLException e) {
      return Health.State.UNAVAILABLE;
    } catch (IOException | RuntimeException e) {
      log.debug("[API Gateway] health check of {}: {}", route.service(), e.toString());
      return Health.State.UNHEALTHY;
    }
  }

  private static Health.State connect(Target target) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(target.host(), target.port()), (int) TIMEOUT.toMillis());
      return Health.State.HEALTHY;
    } catch (IOException e) {
      return Health.State.UNAVAILABLE;
    }
  }

  private Health.State ask(URI target, String path) throws IOException, InterruptedException {
    var rest = Target.of(target).basePath() + path;
    var request =
        HttpRequest.newBuilder(Objects.requireNonNull(target.resolve(rest)))
            .timeout(TIMEOUT)
            .header("accept", "application/json")
            .build();
    var status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    return status >= 200 && status < 300 ? Health.State.HEALTHY : Health.State.UNHEALTHY;
  }
}
