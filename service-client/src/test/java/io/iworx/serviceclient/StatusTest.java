package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.FailureKind;
import io.iworx.correlation.FailureKind.Permanent;
import io.iworx.correlation.FailureKind.Retryable;
import io.iworx.correlation.FailureKind.Throttled;
import io.iworx.correlation.FailureKind.Unknown;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each status permits, and what the failure says. */
class StatusTest {

  private static Failure<Void> failure(TestGateway gateway) {
    var settings = ClientSettings.of(gateway.uri()).withRetry(RetryOptions.none());
    try (var client = ServiceClient.create("work-order-service", settings)) {
      return switch (client.get("/assets/1?token=secret", Void.class)) {
        case Failure<Void> failure -> failure;
        case Success<Void> success -> throw new AssertionError(success);
      };
    }
  }

  static Stream<Arguments> kinds() {
    return Stream.of(
        Arguments.of(400, new Permanent()),
        Arguments.of(401, new Permanent()),
        Arguments.of(403, new Permanent()),
        Arguments.of(404, new Permanent()),
        Arguments.of(408, new Retryable()),
        Arguments.of(409, new Permanent()),
        Arguments.of(413, new Permanent()),
        Arguments.of(422, new Permanent()),
        Arguments.of(425, new Retryable()),
        Arguments.of(429, new Throttled(Duration.ZERO)),
        Arguments.of(500, new Unknown()),
        Arguments.of(501, new Permanent()),
        Arguments.of(502, new Unknown()),
        Arguments.of(503, new Retryable()),
        Arguments.of(504, new Unknown()),
        Arguments.of(599, new Unknown()));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void eachStatusHasItsKind(int status, FailureKind kind) {
    try (var gateway = TestGateway.answering(status, "application/json", "{\"error\":\"why\"}")) {
      var failure = failure(gateway);
      assertThat(failure.kind()).isEqualTo(kind);
      assertThat(failure.status()).isEqualTo(status);
      assertThat(failure.error()).isEqualTo("why");
      assertThat(failure.problem()).isEqualTo("{\"error\":\"why\"}");
      assertThat(failure.attempts()).isEqualTo(1);
      assertThat(failure.correlationId()).isEqualTo(gateway.last().header("x-correlation-id"));
      assertThat(gateway.received).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 503})
  void retryAfterIsTakenOver(int status) {
    try (var gateway =
        TestGateway.answering(
            (_, exchange) -> {
              exchange.getResponseHeaders().set("retry-after", "7");
              TestGateway.answer(exchange, status, "application/json", "{}");
            })) {
      assertThat(failure(gateway).kind()).isEqualTo(new Throttled(Duration.ofSeconds(7)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 301, 302, 303, 304, 307, 308})
  void redirectsAreNeverFollowed(int status) {
    try (var elsewhere = TestGateway.answeringJson("{}");
        var gateway =
            TestGateway.answering(
                (_, exchange) -> {
                  exchange.getResponseHeaders().set("location", elsewhere.uri() + "/api/assets/1");
                  exchange.sendResponseHeaders(status, -1);
                  exchange.close();
                })) {
      var failure = failure(gateway);
      assertThat(failure.kind()).isEqualTo(new Permanent());
      assertThat(failure.status()).isEqualTo(status);
      assertThat(failure.error()).isEqualTo("The answer redirects, which is never followed");
      assertThat(elsewhere.received).isEmpty();
      assertThat(gateway.received).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "plain", "{", "{\"error\":{\"message\":\"x\"}}", "{\"error\":\"\"}", "[]"})
  void anAnswerWithoutAnErrorMemberGetsASentence(String body) {
    try (var gateway = TestGateway.answering(404, "application/json", body)) {
      var failure = failure(gateway);
      assertThat(failure.error()).isEqualTo("The answer has status 404 and no error message");
      assertThat(failure.problem()).isEqualTo(body.isEmpty() ? null : body);
    }
  }

  @Test
  void aForeignErrorStaysOnOneLineAndShort() {
    var error = "line one\\r\\n2026-01-01 ERROR forged \\u001b[31m" + "x".repeat(1000);
    try (var gateway =
        TestGateway.answering(400, "application/json", "{\"error\":\"" + error + "\"}")) {
      var failure = failure(gateway);
      assertThat(failure.error()).hasSize(501).startsWith("line one 2026-01-01 ERROR forged  [31m");
      assertThat(failure.toString()).matches("\\P{Cntrl}*");
    }
  }

  @Test
  void aLongProblemIsCut() {
    try (var gateway = TestGateway.answering(400, "text/plain", "x".repeat(10_000))) {
      assertThat(failure(gateway).problem()).hasSize(4096);
    }
  }

  @Test
  void aFailureReadsAsASentenceWithoutTheQuery() {
    try (var gateway =
        TestGateway.answering(404, "application/json", "{\"error\":\"Asset not found\"}")) {
      assertThat(failure(gateway).toString())
          .matches(
              "GET /assets/1 failed: Asset not found \\(Permanent, status 404, attempts 1,"
                  + " \\d+ ms, correlation id [0-9a-f-]{36}\\)");
    }
  }
}
