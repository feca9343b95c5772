package io.iworx.gateway;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
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
    for (var route : table.routes()) {
      services.merge(route.service(), unchecked(route), HealthChecks::better);
    }
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
    var found = new LinkedHashMap<String, List<Future<Health.State>>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var entry : table.get().entries()) {
        var upstream = entry.upstream();
        var path = entry.route().health();
        found
            .computeIfAbsent(entry.route().service(), _ -> new ArrayList<>())
            .addAll(
                upstream.targets().stream()
                    .map(it -> threads.submit(() -> check(upstream, it, path)))
                    .toList());
      }
    }
    if (stopped.getCount() == 0) {
      throw new InterruptedException("stopped in the middle of a round");
    }
    var services = new LinkedHashMap<String, Health.State>();
    found.forEach((service, states) -> services.put(service, best(states)));
    last.set(new Health(clock.instant(), services));
  }

  private static Health.State better(Health.State one, Health.State other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  private static Health.State unchecked(Route route) {
    return route.targets().isEmpty() ? Health.State.NO_TARGET : Health.State.UNAVAILABLE;
  }

  /** A service is as well as the best of its targets. */
  private static Health.State best(List<Future<Health.State>> targets) {
    return targets.stream()
        .map(Future::resultNow)
        .min(Comparator.naturalOrder())
        .orElse(Health.State.NO_TARGET);
  }

  private Health.State check(Upstream upstream, UpstreamTarget target, @Nullable String path)
      throws InterruptedException {
    var found = look(upstream, target.address(), path);
    upstream.checked(target, found == Health.State.HEALTHY);
    return found;
  }

  private Health.State look(Upstream upstream, Target target, @Nullable String path)
      throws InterruptedException {
    try {
      return path == null ? connect(target) : state(ask(upstream, target, path));
    } catch (HttpTimeoutException e) {
      return Health.State.UNHEALTHY;
    } catch (ConnectException | UnresolvedAddressException | SSLException e) {
      return Health.State.UNAVAILABLE;
    } catch (IOException | RuntimeException e) {
      log.debug("[API Gateway] health check of {}: {}", upstream.service(), e.toString());
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

  private int ask(Upstream upstream, Target target, String path)
      throws IOException, InterruptedException {
    if (upstream.speaksHttp2() && !target.tls()) {
      return new Http2Check(target, TIMEOUT).ask(path);
    }
    var request =
        HttpRequest.newBuilder(target.url(path))
            .version(upstream.speaksHttp2() ? Version.HTTP_2 : Version.HTTP_1_1)
            .timeout(TIMEOUT)
            .header("accept", "application/json")
            .build();
    return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  private static Health.State state(int status) {
    return status >= 200 && status < 300 ? Health.State.HEALTHY : Health.State.UNHEALTHY;
  }
}
