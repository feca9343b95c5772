package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.iworx.correlation.Correlation;
import io.iworx.trace.TraceRecorder;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What filters may do, and what becomes of those that do it wrong. */
final class FilterTest {
  private final RecordingUpstream upstream = new RecordingUpstream();
  private final LogLines log = new LogLines();
  private Gateway gateway = Gateway.start(config(List.of()), new HopList());

  @AfterEach
  void stop() throws Exception {
    gateway.close();
    upstream.close();
    log.close();
  }

  private GatewayConfig config(List<String> routeFilters) {
    return GatewayConfig.of(
            List.of(
                Route.of("assets", upstream.url())
                    .withPublicAccess(true)
                    .withPolicies(RoutePolicies.NONE.withFilters(routeFilters)),
                Route.of("people", upstream.url()).withPublicAccess(true)))
        .withPort(0)
        .withAuth(Auth.hs256(Minted.SECRET));
  }

  private void start(GatewayParts parts, List<String> routeFilters) {
    gateway.close();
    gateway = Gateway.start(config(routeFilters), parts);
  }

  private void start(Filter filter) {
    start(GatewayParts.of(new HopList()).withFilter("mine", filter), List.of());
  }

  private RawClient.Answer get(String headers) throws Exception {
    return RawClient.ask(
        gateway, "GET /api/assets/1?q=2 HTTP/1.1\r\nHost: g\r\n" + headers + "\r\n");
  }

  /** The example of docs/operations/filters.md. */
  static Gateway start(GatewayConfig config, TraceRecorder recorder, Tenants tenants) {
    var parts =
        GatewayParts.of(recorder)
            .withFilter(
                "region",
                (request, chain) -> {
                  request.setHeader("x-region", "eu");
                  chain.onAnswer(answer -> answer.setHeader("x-served-from", "eu"));
                  chain.proceed();
                })
            .withRouteFilter(
                "paying",
                Filter.onVirtualThread(
                    (request, chain) -> {
                      if (tenants.isPaying(request.identity().organizationId())) {
                        chain.proceed();
                      } else {
                        chain.answer(FilterReply.json(402, "{\"error\":\"Payment required\"}"));
                      }
                    }));
    return Gateway.start(config, parts);
  }

  /** Looks somebody up; may take its time. */
  @FunctionalInterface
  interface Tenants {
    boolean isPaying(@org.jspecify.annotations.Nullable String organization) throws Exception;
  }

  @Test
  void theExampleOfTheDocumentsDoesWhatItSays() throws Exception {
    gateway.close();
    gateway = start(config(List.of("paying")), new HopList(), "acme"::equals);
    var bearer = "Authorization: Bearer ";
    var paying = get(bearer + Minted.user("ada", "acme") + "\r\n");
    assertThat(paying.status()).isEqualTo(200);
    assertThat(paying.header("x-served-from")).isEqualTo("eu");
    assertThat(upstream.only().header("x-region")).isEqualTo("eu");
    var other = get(bearer + Minted.user("bob", "other") + "\r\n");
    assertThat(other.status()).isEqualTo(402);
    assertThat(other.body()).isEqualTo("{\"error\":\"Payment required\"}");
    assertThat(other.header("x-correlation-id")).isNotEmpty();
    assertThat(upstream.received()).hasSize(1);
    var unasked = RawClient.ask(gateway, "GET /api/people HTTP/1.1\r\nHost: g\r\n\r\n");
    assertThat(unasked.status()).isEqualTo(200); // its route does not name the filter
  }

  @Test
  void aFilterSeesTheRequestAsItWasVerified() throws Exception {
    var seen = new AtomicReference<List<Object>>();
    start(
        (request, chain) -> {
          seen.set(
              List.of(
                  request.method(),
                  request.path(),
                  String.valueOf(request.query()),
                  request.service(),
                  request.clientAddress(),
                  request.correlationId(),
                  request.callingService(),
                  request.identity().toString(),
                  request.headers("X-Two")));
          request.removeHeader("x-two");
          chain.proceed();
        });
    var token = Minted.user("ada", "acme");
    get("Authorization: Bearer " + token + "\r\nx-correlation-id: c-1\r\nX-Two: a\r\nx-two: b\r\n");
    assertThat(seen.get())
        .containsExactly(
            "GET",
            "/api/assets/1",
            "q=2",
            "assets",
            "127.0.0.1",
            "c-1",
            "external",
            "Identity[userId=ada, organizationId=acme, crossProjectAccess=false]",
            List.of("a", "b"));
    assertThat(upstream.only().all("x-two")).isEmpty();
  }

  @Test
  void whatIsTheGatewaysCannotBeSet() throws Exception {
    start(
        (request, chain) -> {
          for (var name : List.of("x-user-id", "X_Organization_Id", "Content-Length", "host")) {
            assertThatThrownBy(() -> request.setHeader(name, "1"))
                .hasMessageEndingWith("is the gateway's and cannot be changed.");
          }
          assertThatThrownBy(() -> request.setHeader("x-a", "1\r\nx-user-id: evil"))
              .hasMessageContaining("must be visible ASCII on one line");
          assertThatThrownBy(() -> request.setHeader("a b", "1"))
              .hasMessageContaining("name has letters");
          assertThatThrownBy(() -> FilterReply.json(100, "{}")).hasMessageContaining("200 to 599");
          chain.proceed();
        });
    assertThat(get("").status()).isEqualTo(200);
  }

  private void failsWith(String sentence) throws Exception {
    assertThat(get("").status()).isEqualTo(500);
    assertThat(log.all())
        .anyMatch(it -> it.contains("the filter mine failed") && it.contains(sentence));
    assertThat(upstream.received()).isEmpty();
  }

  @Test
  void aFilterThatSaysNothingIsNamed() throws Exception {
    start((_, _) -> {});
    failsWith("The filter mine returned without a word");
  }

  @Test
  void aFilterThatProceedsTwiceIsNamed() throws Exception {
    start(
        (_, chain) -> {
          chain.proceed();
          chain.proceed();
        });
    failsWith("The filter mine called proceed() or answer(…) twice");
  }

  @Test
  void aFilterThatThrowsIsNamed() throws Exception {
    start(
        (_, chain) -> {
          chain.proceed();
          throw new IllegalStateException("out of order");
        });
    failsWith("out of order");
  }

  @Test
  void aFilterThatGoesOnElsewhereIsToldSo() throws Exception {
    var kept = new AtomicReference<FilterChain>();
    try (var other = Executors.newSingleThreadExecutor()) {
      start(
          (_, chain) -> {
            kept.set(chain);
            assertThat(other.submit(chain::proceed))
                .failsWithin(java.time.Duration.ofSeconds(10))
                .withThrowableThat()
                .withMessageContaining("from another thread; wrap one that waits");
            chain.proceed();
          });
      assertThat(get("").status()).isEqualTo(200);
    }
    assertThatThrownBy(() -> kept.get().proceed()).hasMessageContaining("after it had returned");
  }

  @Test
  void aFilterThatHoldsTheLoopIsNamedInTheLog() throws Exception {
    start(
        (_, chain) -> {
          var end = System.nanoTime() + 15_000_000;
          while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
          }
          chain.proceed();
        });
    assertThat(get("").status()).isEqualTo(200);
    await()
        .until(
            () ->
                log.all().stream().anyMatch(it -> it.contains("filter mine held the event loop")));
  }

  @Test
  void whileOneFilterWaitsOtherRequestsOfItsLoopGoOn() throws Exception {
    var open = new CountDownLatch(1);
    start(
        GatewayParts.of(new HopList())
            .withRouteFilter(
                "waits",
                Filter.onVirtualThread(
                    (request, chain) -> {
                      open.await();
                      assertThat(Correlation.current().orElseThrow().correlationId())
                          .isEqualTo(request.correlationId());
                      chain.onAnswer(answer -> answer.setHeader("x-waited", "yes"));
                      chain.proceed();
                    })),
        List.of("waits"));
    try (var waiting = new RawClient(gateway.address())) {
      waiting.send("POST /api/assets HTTP/1.1\r\nHost: g\r\nContent-Length: 4\r\n\r\nbody");
      var loops = Runtime.getRuntime().availableProcessors();
      for (int i = 0; i < 2 * loops; i++) { // connections go round the loops
        var other = RawClient.ask(gateway, "GET /api/people HTTP/1.1\r\nHost: g\r\n\r\n");
        assertThat(other.status()).isEqualTo(200);
      }
      open.countDown();
      var answer = waiting.answer();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("x-waited")).isEqualTo("yes");
    }
    assertThat(upstream.received().getLast().body()).isEqualTo("body");
  }

  @Test
  void aWaitingFilterIsInterruptedWhenTheClientLeaves() throws Exception {
    var begun = new CountDownLatch(1);
    var interrupted = new CountDownLatch(1);
    start(
        Filter.onVirtualThread(
            (_, _) -> {
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
            }));
    try (var client = new RawClient(gateway.address())) {
      client.send("GET /api/assets/1 HTTP/1.1\r\nHost: g\r\n\r\n");
      assertThat(begun.await(10, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    }
    assertThat(interrupted.await(10, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    assertThat(log.all()).anyMatch(it -> it.contains("the filter mine still waited"));
    assertThat(upstream.received()).isEmpty();
  }

  @Test
  void aRouteThatNamesAnUnknownFilterIsRefused() {
    assertThatThrownBy(
            () ->
                start(
                    GatewayParts.of(new HopList()).withRouteFilter("a", (_, _) -> {}),
                    List.of("b")))
        .isInstanceOf(GatewayException.class)
        .hasMessage(
            "The route of assets names the filter b, which this gateway was not given; it has a.");
    gateway = Gateway.start(config(List.of()), new HopList());
    assertThatThrownBy(() -> gateway.reconfigure(config(List.of("b"))))
        .hasMessageContaining("it has none.");
    assertThatThrownBy(
            () -> GatewayConfig.parse("routes:\n  - service: a\n    filters: [x, x]\n", "f.yaml"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("routes[0].filters")
        .hasMessageContaining("must not name a filter twice");
  }
}
