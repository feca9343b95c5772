package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.FailureKind.Retryable;
import io.iworx.correlation.FailureKind.Throttled;
import io.iworx.correlation.FailureKind.Unknown;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a call is tried again, and when it is not. */
class RetryTest {
  private static final ResponseType<Void> NOTHING = ResponseType.of(Void.class);
  private static final RetryOptions QUICK =
      RetryOptions.defaults().withDelay(Duration.ofMillis(1), Duration.ofMillis(5));

  private static String head(String status, String... headers) {
    return "HTTP/1.1 "
        + status
        + "\r\n"
        + String.join("", List.of(headers).stream().map(it -> it + "\r\n").toList())
        + "content-length: 0\r\n\r\n";
  }

  /** Answers one request after the other with these, and the last one again and again. */
  private static RawServer answering(Queue<String> requests, String... answers) {
    return RawServer.running(
        connection -> {
          for (var request = connection.read(); request != null; request = connection.read()) {
            requests.add(request);
            var number = connection.server().requests.get();
            var answer = answers[Math.min(number, answers.length) - 1];
            if (answer.equals("reset")) {
              connection.reset();
              return;
            }
            connection.write(answer);
          }
        });
  }

  private static ServiceClient client(RawServer server, RetryOptions retry) {
    return ServiceClient.create("work-order-service", server.settings().withRetry(retry));
  }

  private static Failure<?> failed(Outcome<?> outcome) {
    assertThat(outcome).isInstanceOf(Failure.class);
    return (Failure<?>) outcome;
  }

  private static List<String> attempts(Queue<String> requests) {
    return requests.stream()
        .map(it -> it.lines().filter(line -> line.startsWith("x-attempt")).findFirst().orElse("-"))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"503 Unavailable", "429 Slow down", "500 Oops", "502 Bad", "reset"})
  void anIdempotentCallIsTriedUntilItSucceeds(String fault) throws IOException {
    var requests = new ConcurrentLinkedQueue<String>();
    var answer = fault.equals("reset") ? fault : head(fault);
    try (var server = answering(requests, answer, answer, head("200 OK"));
        var client = client(server, QUICK)) {
      assertThat(client.get("/x", Void.class))
          .isInstanceOfSatisfying(
              Success.class, it -> assertThat(it.meta().attempts()).isEqualTo(3));
      assertThat(attempts(requests))
          .containsExactly("x-attempt: 1", "x-attempt: 2", "x-attempt: 3");
    }
  }

  @Test
  void theAttemptsEndAndTheFailureTellsEachOfThem() throws IOException {
    var requests = new ConcurrentLinkedQueue<String>();
    try (var server = answering(requests, "reset", head("503 Unavailable"), head("500 Oops"));
        var client = client(server, QUICK)) {
      var failure = failed(client.get("/assets/1?secret=1", Void.class));
      assertThat(failure.kind()).isEqualTo(new Unknown());
      assertThat(failure.status()).isEqualTo(500);
      assertThat(failure.attempts()).isEqualTo(3);
      assertThat(failure.tried()).extracting(Attempt::number).containsExactly(1, 2, 3);
      assertThat(failure.tried()).extracting(Attempt::target).containsOnly("assets");
      assertThat(failure.tried()).extracting(Attempt::status).containsExactly(0, 503, 500);
      assertThat(failure.tried())
          .extracting(Attempt::kind)
          .containsExactly(new Unknown(), new Retryable(), new Unknown());
      assertThat(failure.tried()).extracting(Attempt::after).isSorted();
      assertThat(failure.toString())
          .matches(
              "GET /assets/1 failed: The answer has status 500 and no error message \\(Unknown,"
                  + " status 500, attempts 3, \\d+ ms, correlation id \\S+, tried"
                  + " \\[1 at \\d+ ms: Unknown, status 0, in \\d+ ms,"
                  + " 2 at \\d+ ms: Retryable, status 503, in \\d+ ms,"
                  + " 3 at \\d+ ms: Unknown, status 500, in \\d+ ms\\]\\)");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"400 Bad", "404 Not found", "409 Conflict", "501 Not implemented"})
  void whatIsPermanentIsNotTriedAgain(String fault) throws IOException {
    try (var server = answering(new ConcurrentLinkedQueue<>(), head(fault));
        var client = client(server, QUICK)) {
      assertThat(failed(client.get("/x", Void.class)).attempts()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"503 Unavailable", "429 Slow down", "500 Oops", "reset"})
  void aPostWithoutAKeyIsSentOnce(String fault) throws IOException {
    var answer = fault.equals("reset") ? fault : head(fault);
    try (var server = answering(new ConcurrentLinkedQueue<>(), answer);
        var client = client(server, QUICK)) {
      assertThat(failed(client.post("/x", Map.of(), Void.class)).attempts()).isEqualTo(1);
      assertThat(failed(client.patch("/x", Map.of(), Void.class)).attempts()).isEqualTo(1);
      assertThat(server.requests).hasValue(2);
    }
  }

  @Test
  void aPostWithAKeyThatIsResetAfterItWasSentHasOneEffect() throws IOException {
    Set<String> effects = ConcurrentHashMap.newKeySet();
    try (var server =
            RawServer.running(
                connection -> {
                  var request = String.valueOf(connection.read());
                  effects.add(
                      request
                          .lines()
                          .filter(it -> it.startsWith("idempotency-key"))
                          .findFirst()
                          .orElse("none"));
                  if (connection.server().requests.get() < 3) {
                    connection.reset();
                  } else {
                    connection.answer("{}");
                  }
                });
        var client = client(server, QUICK)) {
      client
          .exchange(Call.post("/x", Map.of(), NOTHING).withIdempotencyKey("order-7"))
          .orElseThrow();
      assertThat(server.requests).hasValue(3);
      assertThat(effects).containsExactly("idempotency-key: order-7");
    }
  }

  @Test
  void aPostThatWasSurelyNeverSentIsTriedAgain() throws IOException {
    URI nobody;
    try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }
    try (var client =
        ServiceClient.create("work-order-service", ClientSettings.of(nobody).withRetry(QUICK))) {
      assertThat(failed(client.post("/x", Map.of(), Void.class)).attempts()).isEqualTo(3);
      Correlation.fresh()
          .withAttempt(1)
          .run(
              () ->
                  assertThat(failed(client.post("/x", Map.of(), Void.class)).attempts())
                      .isEqualTo(3));
    }
  }

  @Test
  void whoeverAnswersARepeatedCallRepeatsNoneOfItsOwn() throws IOException {
    var requests = new ConcurrentLinkedQueue<String>();
    try (var server = answering(requests, head("503 Unavailable"));
        var client = client(server, QUICK)) {
      Correlation.fresh()
          .withAttempt(2)
          .run(() -> assertThat(failed(client.get("/x", Void.class)).attempts()).isEqualTo(1));
      assertThat(attempts(requests)).containsExactly("x-attempt: 1");
    }
  }

  @Test
  void aCallThatIsNeverRepeatedLeavesThatToTheGateway() throws IOException {
    var requests = new ConcurrentLinkedQueue<String>();
    try (var server = answering(requests, head("503 Unavailable"));
        var client = client(server, RetryOptions.none())) {
      assertThat(failed(client.get("/x", Void.class)).attempts()).isEqualTo(1);
      assertThat(attempts(requests)).containsExactly("-");
    }
  }

  @Test
  void retryAfterIsWaitedFor() throws IOException {
    try (var server =
            answering(
                new ConcurrentLinkedQueue<>(),
                head("503 Unavailable", "retry-after: 1"),
                head("200 OK"));
        var client = client(server, QUICK)) {
      assertThat(client.get("/x", Void.class))
          .isInstanceOfSatisfying(
              Success.class,
              it ->
                  assertThat(it.meta().elapsed())
                      .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(4)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"99999999999999999999", "3600", "Fri, 31 Dec 9999 23:59:59 GMT", "11"})
  void aRetryAfterBeyondTheDeadlineIsTheCallersToWaitFor(String after) throws IOException {
    try (var server =
            answering(
                new ConcurrentLinkedQueue<>(), head("429 Slow down", "retry-after: " + after));
        var client = client(server, QUICK)) {
      var failure = failed(client.get("/x", Void.class));
      assertThat(failure.attempts()).isEqualTo(1);
      assertThat(failure.elapsed()).isLessThan(Duration.ofSeconds(5));
      assertThat(failure.kind())
          .isInstanceOfSatisfying(
              Throttled.class,
              it ->
                  assertThat(it.retryAfter())
                      .isBetween(Duration.ofSeconds(11), Duration.ofHours(1)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-5", "soon", "Mon, 23 Nov 1998 12:00:00 GMT", "\u0001"})
  void aRetryAfterThatAsksForNothingIsNoReasonToWait(String after) throws IOException {
    try (var server =
            answering(
                new ConcurrentLinkedQueue<>(),
                head("503 Unavailable", "retry-after: " + after),
                head("200 OK"));
        var client = client(server, QUICK)) {
      assertThat(client.get("/x", Void.class))
          .isInstanceOfSatisfying(
              Success.class,
              it -> assertThat(it.meta().elapsed()).isLessThan(Duration.ofSeconds(5)));
    }
  }

  @Test
  void whateverFailsThereIsAtMostAFifthMoreLoad() throws IOException {
    try (var server = answering(new ConcurrentLinkedQueue<>(), head("503 Unavailable"));
        var client =
            ServiceClient.create(
                "work-order-service",
                server.settings().withRetry(QUICK).withBreaker(BreakerOptions.never()))) {
      for (int call = 1; call <= 500; call++) {
        client.get("/x", Void.class);
        if (call >= 25) {
          assertThat(server.requests.get()).isLessThanOrEqualTo((int) (call * 1.2));
        }
      }
      assertThat(server.requests).hasValueGreaterThan(590);
    }
  }

  @Test
  void eachTargetHasABudgetOfItsOwn() throws IOException {
    try (var server =
            RawServer.running(
                connection -> {
                  for (var it = connection.read(); it != null; it = connection.read()) {
                    connection.write(
                        head(it.contains("/api/broken") ? "503 Unavailable" : "200 OK"));
                  }
                });
        var client =
            ServiceClient.create(
                "work-order-service",
                server.settings().withRetry(QUICK).withBreaker(BreakerOptions.never()))) {
      for (int i = 0; i < 200; i++) {
        client.get("/fine", Void.class).orElseThrow();
      }
      for (int i = 0; i < 50; i++) {
        client.get("/broken", Void.class);
      }
      assertThat(server.requests.get()).isLessThanOrEqualTo(200 + 60);
    }
  }

  @Test
  void interruptingTheWaitEndsTheCall() throws Exception {
    var answered = new CountDownLatch(1);
    try (var server = answering(new ConcurrentLinkedQueue<>(), head("503 No", "retry-after: 60"));
        var client =
            ServiceClient.create(
                "work-order-service",
                server
                    .settings()
                    .withTimeout(Duration.ofMinutes(5))
                    .withListener(
                        new CallListener() {
                          @Override
                          public void attempted(Call<?> call, Attempt attempt) {
                            answered.countDown();
                          }
                        }))) {
      var outcome = new AtomicReference<Outcome<?>>();
      var caller = Thread.ofVirtual().start(() -> outcome.set(client.get("/x", Void.class)));
      answered.await();
      caller.interrupt();
      caller.join();
      assertThat(failed(outcome.get()).attempts()).isEqualTo(1);
      assertThat(failed(outcome.get()).kind()).isEqualTo(new Throttled(Duration.ofSeconds(60)));
    }
  }

  @Test
  void theWaitsAreRandomAndGrowUpToTheirLimit() {
    var options = RetryOptions.defaults().withMaxAttempts(50);
    var request =
        new Request(
            Call.get("/x", NOTHING),
            Correlation.fresh(),
            null,
            Deadline.nearer(Duration.ofHours(1), null, java.time.Clock.systemUTC()),
            Map.of(),
            1);
    var target =
        new Target(
            "x",
            ClientSettings.of(URI.create("http://localhost")).withRetry(options.withBudget(1)),
            _ -> {});
    var fault = new Fault(new Retryable(), 503, "", null, null, Fault.Cause.ANSWER);
    var longest = new Retries(options, () -> 1.0);
    var shortest = new Retries(options, () -> 0.0);
    var expected = List.of(50L, 100L, 200L, 400L, 800L, 1600L, 2000L, 2000L);
    for (var wait : expected) {
      target.budget().earn();
      target.budget().earn();
      assertThat(longest.next(fault, request, target)).isEqualTo(Duration.ofMillis(wait));
      assertThat(shortest.next(fault, request, target)).isEqualTo(Duration.ZERO);
      target.budget().earn();
      target.budget().earn();
      request = request.nextAttempt();
    }
  }
}
