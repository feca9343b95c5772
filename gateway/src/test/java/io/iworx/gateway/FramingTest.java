package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that two servers could read differently: refused, and the upstream never hears of them.
 */
final class FramingTest {
  private static final String SMUGGLED = "GET /api/open/smuggled HTTP/1.1\r\nHost: g\r\n\r\n";

  private final RecordingUpstream upstream = new RecordingUpstream();
  private Gateway gateway;

  @BeforeEach
  void start() {
    gateway =
        Gateway.start(
            GatewayConfig.of(List.of(Route.of("open", upstream.url()).withPublicAccess(true)))
                .withPort(0),
            new HopList());
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  private void assertRefused(String bytes, int... statuses) throws Exception {
    try (var client = new RawClient(gateway.address())) {
      client.send(bytes);
      var answer = client.answer();
      assertThat(statuses).as(answer.body()).contains(answer.status());
      assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
      assertThat(answer.body()).contains(answer.header("x-correlation-id"));
      assertThat(answer.header("connection")).isEqualTo("close");
      assertThat(client.isClosed()).isTrue();
    }
    assertThat(upstream.received()).isEmpty();
  }

  private static String post(String... headers) {
    return "POST /api/open HTTP/1.1\r\nHost: g\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5, 6",
        "Content-Length: 5, 5",
        "Content-Length: +5",
        "Content-Length: -5",
        "Content-Length: 0x5",
        "Content-Length: 5_0",
        "Content-Length: 5 5",
        "Content-Length:",
        "Content-Length: 99999999999999999999",
        "Content-Length : 5",
        "Content_Length: 5",
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding\t: chunked",
        "Transfer-Encoding: \u000bchunked",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked,",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding:",
        "Transfer_Encoding: chunked",
        " Transfer-Encoding: chunked",
        "X: y\r\n Transfer-Encoding: chunked",
        "X: y\r\n\tz",
        "X: y\nTransfer-Encoding: chunked",
        "X: y\rTransfer-Encoding: chunked",
        "X: y\u0000z",
        "X: y\u007fz",
        "X\u0000: y",
        "X",
        ": y",
        "X(: y",
        "\u00e9: y",
      })
  void refusesAmbiguousHeaders(String headers) throws Exception {
    assertRefused(post(headers) + "0\r\n\r\n" + SMUGGLED, 400, 501);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0x5\r\nhello\r\n",
        "-1\r\n",
        "+5\r\nhello\r\n",
        "5 \r\nhello\r\n",
        " 5\r\nhello\r\n",
        "5\t;x\r\nhello\r\n",
        "5\nhello\r\n",
        "5\rhello\r\n",
        "5;a\nb\r\nhello\r\n",
        "5;a\rb\r\nhello\r\n",
        "5;a\u0000b\r\nhello\r\n",
        "FFFFFFFFFFFFFFFFF\r\n",
        "10000000000000005\r\nhello\r\n",
        "\r\nhello\r\n",
        "g\r\n",
        "5\r\nhelloX\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "0\r\nX: y\n\r\n",
        "0\r\n X: y\r\n\r\n",
        "0\r\nX : y\r\n\r\n",
      })
  void refusesMalformedChunks(String body) throws Exception {
    try (var client = new RawClient(gateway.address())) {
      client.send(post("Transfer-Encoding: chunked") + body + SMUGGLED);
      assertThat(client.answer().status()).isEqualTo(400);
      assertThat(client.isClosed()).isTrue();
    }
    assertThat(upstream.received()).isEmpty(); // the upstream never gets the end of such a body
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u0000GET /api/open HTTP/1.1\r\nHost: g\r\n\r\n",
        "\u0001GET /api/open HTTP/1.1\r\nHost: g\r\n\r\n",
        " GET /api/open HTTP/1.1\r\nHost: g\r\n\r\n",
        "\r\n\r\nGET /api/open HTTP/1.1\r\nHost: g\r\n\r\n",
        "GET  /api/open HTTP/1.1\r\nHost: g\r\n\r\n",
        "GET /api/open  HTTP/1.1\r\nHost: g\r\n\r\n",
        "GET /api/open\tHTTP/1.1\r\nHost: g\r\n\r\n",
        "GET /api/open HTTP/1.1 \r\nHost: g\r\n\r\n",
        "GET /api/op en HTTP/1.1\r\nHost: g\r\n\r\n",
        "GET /api/open http/1.1\r\nHost: g\r\n\r\n",
        "GET /api/open HTTP/1.1\nHost: g\n\n",
        "GET /api/open\r\nHost: g\r\n\r\n",
        "GET\r\n\r\n",
        "G(T /api/open HTTP/1.1\r\nHost: g\r\n\r\n",
        "GET api/open HTTP/1.1\r\nHost: g\r\n\r\n",
        "GET /api/open\u00e9 HTTP/1.1\r\nHost: g\r\n\r\n",
        "\u0016\u0003\u0001",
        "GET /api/open HTTP/1.1\r\n\r\n",
        "GET /api/open HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /api/open HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET /api/open HTTP/1.1\r\nHost:\r\n\r\n",
        "GET /api/open HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET /api/open HTTP/1.1\r\nHost: a@b\r\n\r\n",
        "GET /api/open HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "GET /api/open HTTP/1.1\r\nHost: a:b\r\n\r\n",
        "GET http://other/api/open HTTP/1.1\r\nHost: g\r\n\r\n",
        "GET http://g@169.254.169.254/api/open HTTP/1.1\r\nHost: g\r\n\r\n",
        "GET ftp://g/api/open HTTP/1.1\r\nHost: g\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: g\r\n\r\n",
      })
  void refusesMalformedHeads(String request) throws Exception {
    assertRefused(request, 400);
  }

  @ParameterizedTest
  @CsvSource({"HTTP/2.0, 505", "HTTP/1.2, 505", "HTTP/0.9, 505", "HTTX/1.1, 400", "HTTP/1.10, 400"})
  void understandsTwoVersionsOnly(String version, int status) throws Exception {
    assertRefused("GET /api/open " + version + "\r\nHost: g\r\n\r\n", status);
  }

  @ParameterizedTest
  @CsvSource({"TRACE, 405", "CONNECT, 405", "PROPFIND, 501", "get, 501", "PRI, 501"})
  void refusesOtherMethods(String method, int status) throws Exception {
    var answer = RawClient.ask(gateway, method + " /api/open HTTP/1.1\r\nHost: g\r\n\r\n");
    assertThat(answer.status()).isEqualTo(status);
    assertThat(upstream.received()).isEmpty();
  }

  @Test
  void refusesWhatIsTooLarge() throws Exception {
    var long64k = "x".repeat(64 << 10);
    assertRefused("GET /api/open/" + long64k + " HTTP/1.1\r\nHost: g\r\n\r\n", 414);
    assertRefused("GET /api/open HTTP/1.1\r\nHost: g\r\nX: " + long64k + "\r\n\r\n", 431);
    assertRefused("GET /api/open HTTP/1.1\r\nHost: g\r\n" + "X: y\r\n".repeat(1000) + "\r\n", 431);
    assertRefused("M".repeat(1024) + " /api/open HTTP/1.1\r\nHost: g\r\n\r\n", 501);
  }

  @Test
  void acceptsWhatHasOneMeaning() throws Exception {
    var absolute =
        RawClient.ask(gateway, "GET http://G:1/api/open/1?q HTTP/1.1\r\nHost: g:1\r\n\r\n");
    assertThat(absolute.status()).isEqualTo(200);
    assertThat(upstream.received().getLast().requestLine()).isEqualTo("GET /1?q HTTP/1.1");
    var oldVersion = RawClient.ask(gateway, "GET /api/open HTTP/1.0\r\n\r\n");
    assertThat(oldVersion.status()).isEqualTo(200);
    assertThat(oldVersion.header("connection")).isEqualTo("close");
    assertThat(
            RawClient.ask(gateway, "\r\nGET /api/open HTTP/1.1\r\nHost: [::1]:80\r\n\r\n").status())
        .isEqualTo(200);
  }

  @Test
  void aByteAtATimeIsTheSameRequest() throws Exception {
    try (var client = new RawClient(gateway.address())) {
      var request =
          post("Transfer-Encoding: CHUNKED") + "5\r\nhello\r\n1;x\r\n!\r\n0\r\nA: b\r\n\r\n";
      for (var c : RecordingUpstream.bytes(request)) {
        client.send(new byte[] {c});
      }
      assertThat(client.answer().status()).isEqualTo(200);
      assertThat(upstream.only().body()).isEqualTo("hello!");
      assertThat(client.send(SMUGGLED).answer().status()).isEqualTo(200);
    }
  }

  @Test
  void anEarlyAnswerLeavesTheNextRequestUnharmed() throws Exception {
    try (var client = new RawClient(gateway.address())) {
      // Answered before the body came: the body is not read as the next request.
      client.send(
          "POST /api/nothing HTTP/1.1\r\nHost: g\r\nContent-Length: "
              + SMUGGLED.length()
              + "\r\n\r\n");
      assertThat(client.answer().status()).isEqualTo(404);
      client.send(SMUGGLED);
      client.send("GET /api/open/next HTTP/1.1\r\nHost: g\r\n\r\n");
      assertThat(client.answer().status()).isEqualTo(200);
      assertThat(upstream.only().requestLine()).isEqualTo("GET /next HTTP/1.1");
    }
  }

  @Test
  void asksForTheBodyOnlyWhenItIsWanted() throws Exception {
    try (var client = new RawClient(gateway.address())) {
      client.send(post("Content-Length: 5", "Expect: 100-continue"));
      assertThat(client.answer().status()).isEqualTo(100);
      assertThat(client.send("hello").answer().status()).isEqualTo(200);
      assertThat(upstream.only().body()).isEqualTo("hello");
      assertThat(upstream.only().all("expect")).isEmpty();
    }
    try (var client = new RawClient(gateway.address())) {
      client.send(
          "POST /api/nothing HTTP/1.1\r\nHost: g\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
      var answer = client.answer();
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.header("connection")).isEqualTo("close");
      assertThat(client.isClosed()).isTrue();
    }
    assertThat(RawClient.ask(gateway, post("Content-Length: 5", "Expect: more")).status())
        .isEqualTo(417);
  }
}
