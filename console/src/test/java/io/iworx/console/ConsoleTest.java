package io.iworx.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in, and what everybody is told. */
class ConsoleTest {
  private final Fixture fixture = new Fixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void readinessFollowsTheProcessAndNeedsNoToken() {
    assertThat(status("/health/live", null)).isEqualTo(200);
    assertThat(status("/health/ready", null)).isEqualTo(503);
    fixture.console.ready();
    assertThat(status("/health/ready", null)).isEqualTo(200);
    fixture.console.draining();
    assertThat(status("/health/ready", null)).isEqualTo(503);
    assertThat(status("/health/live", null)).isEqualTo(200);
  }

  @Test
  void metricsNeedNoTokenButALocalName() {
    var answer = fixture.send(fixture.request("/metrics", null).GET());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8");
    assertThat(answer.body()).isEqualTo("iworx_test 1\n");
    var foreign = fixture.request("/metrics", null).header("origin", "http://evil.example").GET();
    assertThat(fixture.send(foreign).statusCode()).isEqualTo(403);
  }

  @Test
  void everythingElseNeedsTheAdminToken() {
    for (var endpoint : Endpoints.of(fixture.sources)) {
      var path = endpoint.path().replace("{}", "x");
      for (var method : List.of("GET", "POST", "PUT", "DELETE", "PATCH")) {
        for (var token : List.of("", "wrong", Fixture.TOKEN + "x", Fixture.TOKEN.substring(1))) {
          var request =
              fixture
                  .request(path, token.isEmpty() ? null : token)
                  .method(method, HttpRequest.BodyPublishers.noBody());
          assertThat(fixture.send(request).statusCode())
              .as("%s %s with token '%s'", method, path, token)
              .isEqualTo(401);
        }
      }
    }
  }

  @Test
  void whatIsNotListedDoesNotExist() {
    assertThat(status("/", null)).isEqualTo(401);
    assertThat(status("/", Fixture.TOKEN)).isEqualTo(404);
    assertThat(status("/admin", Fixture.TOKEN)).isEqualTo(404);
    assertThat(status("/admin/routes/", Fixture.TOKEN)).isEqualTo(404);
    assertThat(status("/ADMIN/routes", Fixture.TOKEN)).isEqualTo(404);
    assertThat(fixture.post("/admin/routes", "application/json", "{}").statusCode()).isEqualTo(405);
  }

  @Test
  void errorsAreProblemsWithACorrelationId() {
    var answer =
        fixture.send(fixture.request("/nowhere", Fixture.TOKEN).header("x-correlation-id", "mine"));
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
    assertThat(answer.headers().firstValue("x-correlation-id")).hasValue("mine");
    var problem = Answer.JSON.readTree(answer.body());
    assertThat(problem.path("correlationId").asString()).isEqualTo("mine");
    assertThat(problem.path("status").asInt()).isEqualTo(404);
    assertThat(problem.path("error").asString()).isNotBlank();
  }

  @Test
  void answersOnlyToItsOwnNameAndPages() throws IOException {
    var local = "localhost:" + fixture.console.address().getPort();
    assertThat(fixture.raw(head("host: " + local))).contains(" 200 ");
    assertThat(fixture.raw(head("host: " + local, "origin: http://" + local))).contains(" 200 ");
    assertThat(fixture.raw(head("host: evil.example.com"))).contains(" 403 ");
    assertThat(fixture.raw(head("host: localhost.evil.example.com:80"))).contains(" 403 ");
    assertThat(fixture.raw(head("host: " + local, "origin: http://evil.example.com")))
        .contains(" 403 ");
    assertThat(fixture.raw(head("host: " + local, "origin: null"))).contains(" 403 ");
    assertThat(fixture.raw("GET /%2e%2e/admin/routes HTTP/1.1\r\nhost: x\r\n\r\n"))
        .contains(" 400 ");
  }

  private static String head(String... headers) {
    return "GET /health/live HTTP/1.1\r\n"
        + String.join("\r\n", headers)
        + "\r\nconnection: close\r\n\r\n";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=1000000000",
        "limit=0",
        "limit=x",
        "after=-1",
        "after=1&after=2",
        "wait=31",
        "type=No+Type!",
        "type='%20OR%201=1",
        "limit=",
        "sort=x"
      })
  void badParametersAreNamed(String query) {
    var answer = fixture.get("/admin/events?" + query);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(Answer.JSON.readTree(answer.body()).path("parameter").asString())
        .isEqualTo(query.split("=", 2)[0]);
  }

  @Test
  void sentencesForATakenPort() {
    assertThatThrownBy(
            () ->
                Console.start(
                    fixture.console.address().getPort(),
                    "token",
                    fixture.sources,
                    Clock.systemUTC()))
        .isInstanceOf(ConsoleException.class)
        .hasMessageContaining("cannot listen on 127.0.0.1:");
  }

  private int status(String path, @org.jspecify.annotations.Nullable String token) {
    return fixture.send(fixture.request(path, token)).statusCode();
  }
}
