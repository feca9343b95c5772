package io.iworx.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.servlet.CorrelationFilter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouterTest {
  private static final String ORGANIZATION = "x-organization-id";

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static HttpServer server;

  /** A row with one member of each sort. */
  record Pump(UUID id, String organizationId, String name, Colour colour, @Nullable Integer load) {
    enum Colour {
      RED,
      DEEP_BLUE
    }

    static final RowShape<Pump> SHAPE = RowShape.of(Pump.class, Map.of("colour", Colour.RED));

    Pump {
      Check.text("name", name);
      Check.required("colour", colour);
    }
  }

  @BeforeAll
  static void start() {
    server =
        HttpServer.start(
            0,
            CorrelationFilter.trustingHeaders(),
            new Router()
                .get("/stats", _ -> Answer.ok(Map.of("stats", true)))
                .get("/{id}", request -> Answer.ok(Map.of("id", request.id("pump"))))
                .post("/", request -> Answer.created(request.asNew(Pump.SHAPE)))
                .put("/{id}", request -> Answer.ok(request.asChangeOf(pump(), Pump.SHAPE)))
                .post(
                    "/broken",
                    _ -> {
                      throw new IOException("secret");
                    }));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Pump pump() {
    return new Pump(new UUID(1, 2), "acme", "P-1", Pump.Colour.DEEP_BLUE, 7);
  }

  @Test
  void answersHealth() throws Exception {
    var answer = send("GET", "/health", "");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{\"status\":\"healthy\"}");
  }

  @Test
  void takesTheFirstRouteThatFits() throws Exception {
    assertThat(send("GET", "/stats", "").body()).isEqualTo("{\"stats\":true}");
    assertThat(send("GET", "/" + new UUID(1, 2), "").body()).contains(new UUID(1, 2).toString());
  }

  @Test
  void answersAnIdThatIsNoneWithNotFound() throws Exception {
    assertThat(send("GET", "/abc", "").statusCode()).isEqualTo(404);
  }

  @Test
  void namesTheMethodsThatWouldBeAnswered() throws Exception {
    var answer = send("DELETE", "/", "");
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("allow")).contains("POST");
    assertThat(answer.body()).contains("\"error\":\"/ does not answer to DELETE\"");
  }

  @Test
  void answersErrorsAsProblemsWithTheCorrelationId() throws Exception {
    var answer = send("GET", "/a/b/c", "", "x-correlation-id", "abc-1");
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
    assertThat(answer.headers().firstValue("x-correlation-id")).contains("abc-1");
    assertThat(answer.body())
        .contains("\"error\":", "\"status\":404", "\"correlationId\":\"abc-1\"");
  }

  @Test
  void keepsTheTextOfUnexpectedExceptionsToItself() throws Exception {
    var answer = send("POST", "/broken", "{}");
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body()).contains("Internal error").doesNotContain("secret");
  }

  @Test
  void makesARowFromABodyWithDefaultsAndTheCallersOrganization() throws Exception {
    var answer =
        send(
            "POST",
            "/",
            "{\"name\":\"P\",\"id\":\"x\",\"organization_id\":\"other\",\"nobody\":1}",
            ORGANIZATION,
            "acme");
    assertThat(answer.statusCode()).isEqualTo(201);
    assertThat(answer.body())
        .contains("\"colour\":\"red\"", "\"organization_id\":\"acme\"", "\"load\":null");
  }

  @Test
  void letsCrossProjectAccessChooseTheOrganization() throws Exception {
    var body = "{\"name\":\"P\",\"organization_id\":\"other\"}";
    var answer = send("POST", "/", body, "x-cross-project-access", "true");
    assertThat(answer.body()).contains("\"organization_id\":\"other\"");
  }

  @Test
  void refusesNewRowsOfNobody() throws Exception {
    assertThat(send("POST", "/", "{\"name\":\"P\"}").statusCode()).isEqualTo(403);
  }

  @Test
  void changesOnlyWhatTheBodyHas() throws Exception {
    var answer = send("PUT", "/" + pump().id(), "{\"load\":null,\"id\":\"1\"}");
    assertThat(answer.body())
        .contains("\"name\":\"P-1\"", "\"colour\":\"deep_blue\"", "\"load\":null")
        .contains(pump().id().toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"name\":\" \"}                        | name   | name is required",
        "{}                                      | name   | name is required",
        "{\"name\":\"P\",\"colour\":\"green\"}   | colour | colour must be one of red, deep_blue",
        "{\"name\":\"P\",\"colour\":null}        | colour | colour is required",
        "{\"name\":\"P\",\"load\":\"much\"}      | load   | load must be a number",
        "{\"name\":\"P\",\"load\":{}}            | load   | load must be of the right type",
        "{\"name\":\"a\\u0000b\"}                | name   | name must have at most 10000"
            + " characters, none of them NUL",
        "[1]                                     | body   | body must be a JSON object",
        "{\"name\":                              | body   | body must be valid JSON",
      })
  void namesTheFieldThatIsWrong(String body, String field, String error) throws Exception {
    var answer = send("POST", "/", body, ORGANIZATION, "acme");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body())
        .contains("\"field\":\"" + field + "\"", "\"error\":\"" + error + "\"");
  }

  @Test
  void refusesABodyThatIsTooLarge() throws Exception {
    var answer = send("POST", "/", "x".repeat(Request.MAX_BODY_BYTES + 1), ORGANIZATION, "acme");
    assertThat(answer.statusCode()).isEqualTo(413);
  }

  @Test
  void answersMalformedRequestsInJsonToo() throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      socket
          .getOutputStream()
          .write("GET /a%2fb HTTP/1.1\r\nhost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      var answer = new byte[8_192];
      var length = socket.getInputStream().read(answer);
      assertThat(new String(answer, 0, length, StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 400")
          .contains("application/problem+json", "\"error\":");
    }
  }

  private static HttpResponse<String> send(
      String method, String path, String body, String... headers) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(server.address() + path))
            .method(method, BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }
}
