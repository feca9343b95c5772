package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fields behind an answer's body: for who asked, and never one that would be believed. */
final class TrailersTest {
  private static final String GET = "GET /api/open HTTP/1.1\r\nHost: g\r\nConnection: close\r\n";
  private static final String CHUNKED =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum, content-length\r\n\r\n";

  /** One that may pass, and each kind of those that may not (RFC 9110 §6.5.1). */
  private static final String TRAILERS =
      String.join(
          "\r\n",
          "X-Sum: abc",
          "X-User-Id: evil",
          "X_Iworx_Identity: evil",
          "Host: evil",
          "Set-Cookie: evil",
          "Authorization: evil",
          "Cache-Control: evil",
          "Access-Control-Allow-Origin: evil",
          "Content-Type: evil",
          "Connection: x-other",
          "X-Other: evil",
          "Location: evil",
          "\r\n");

  private final RecordingUpstream upstream =
      new RecordingUpstream()
          .answering(
              (_, out, _) -> {
                out.write(RecordingUpstream.bytes(CHUNKED + "2\r\n{}\r\n0\r\n" + TRAILERS));
              });
  private final Gateway gateway =
      Gateway.start(
          GatewayConfig.of(List.of(Route.of("open", upstream.url()).withPublicAccess(true)))
              .withPort(0),
          new HopList());

  @AfterEach
  void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  /** All that comes, as it comes. */
  private String ask(String request) throws Exception {
    try (var client = new RawClient(gateway.address())) {
      client.send(request);
      return new String(client.in().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"TE: trailers", "te: deflate;q=0.5, Trailers", "TE: gzip\r\nTE: trailers"})
  void whoAsksGetsThem(String te) throws Exception {
    var answer = ask(GET + te + "\r\n\r\n");
    assertThat(answer).endsWith("2\r\n{}\r\n0\r\nX-Sum: abc\r\n\r\n").doesNotContain("evil");
    assertThat(upstream.only().all("te")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"X: y", "TE: deflate", "TE: xtrailers", "Trailer: x-sum"})
  void whoDoesNotAskGetsNone(String field) throws Exception {
    assertThat(ask(GET + field + "\r\n\r\n"))
        .endsWith("2\r\n{}\r\n0\r\n\r\n")
        .doesNotContain("X-Sum", "evil");
  }

  @Test
  void anAnswerThatIsNotChunkedForTheClientHasNone() throws Exception {
    var old = "GET /api/open HTTP/1.0\r\nHost: g\r\nTE: trailers\r\n\r\n";
    assertThat(ask(old)).endsWith("\r\n\r\n{}").doesNotContain("X-Sum");
    var head = "HEAD /api/open HTTP/1.1\r\nHost: g\r\nConnection: close\r\nTE: trailers\r\n\r\n";
    upstream.answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    assertThat(ask(head)).endsWith("\r\n\r\n").doesNotContain("X-Sum");
  }

  @Test
  void theConnectionGoesOnBehindThem() throws Exception {
    try (var client = new RawClient(gateway.address())) {
      var request = "GET /api/open HTTP/1.1\r\nHost: g\r\nTE: trailers\r\n\r\n";
      for (int i = 0; i < 3; i++) {
        assertThat(client.send(request).answer().body()).isEqualTo("{}");
        // The reader above takes the first line behind the last chunk for the end of the body.
        assertThat(RecordingUpstream.line(client.in())).isEmpty();
      }
      assertThat(upstream.connections()).isEqualTo(1);
    }
  }

  @Test
  void theyAreTheLastFrameInHttp2() throws Exception {
    try (var client = new Http2RawClient(gateway.address())) {
      var asked = Http2RawClient.request("GET", "/api/open", "te", "trailers");
      var answer = client.headers(1, true, asked).answer(1);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("{}");
      assertThat(answer.trailers()).hasSize(1);
      assertThat(answer.trailer("x-sum")).isEqualTo("abc");

      var silent = client.get(3, "/api/open").answer(3);
      assertThat(silent.body()).isEqualTo("{}");
      assertThat(silent.trailers()).isNull();
    }
  }
}
