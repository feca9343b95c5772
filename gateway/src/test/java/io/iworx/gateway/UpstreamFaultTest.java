package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Services that are down, late or broken. */
final class UpstreamFaultTest {
  private static final String GET = "GET /api/open HTTP/1.1\r\nHost: g\r\n\r\n";
  private static final String POST =
      "POST /api/open HTTP/1.1\r\nHost: g\r\nContent-Length: 2\r\n\r\n{}";

  private final RecordingUpstream upstream = new RecordingUpstream();
  private final HopList hops = new HopList();
  private Gateway gateway = start(upstream.url(), Duration.ofSeconds(30));

  private Gateway start(URI target, Duration timeout) {
    return Gateway.start(
        GatewayConfig.of(
                List.of(Route.of("open", target).withPublicAccess(true).withTimeout(timeout)))
            .withPort(0),
        hops);
  }

  private void restart(URI target, Duration timeout) {
    gateway.close();
    gateway = start(target, timeout);
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  @Test
  void aDeadServiceIs503AndSaysThatNothingWasSent() throws Exception {
    int free;
    try (var socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    for (var target : List.of("http://127.0.0.1:" + free, "http://no-such-host.invalid")) {
      restart(URI.create(target), Duration.ofSeconds(10));
      for (var request : List.of(GET, POST)) {
        var answer = RawClient.ask(gateway, request);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body())
            .contains("\"error\":\"Service unavailable\"", "\"service\":\"open\"", "\"message\":")
            .doesNotContain("127.0.0.1", "invalid", "Exception", "refused");
        assertThat(hops.next().succeeded()).isFalse();
      }
    }
  }

  /** RFC 9112 §5.1: a proxy takes such a blank out of an answer before it passes it on. */
  @Test
  void aBlankBeforeAColonIsTakenOutOfAnAnswer() throws Exception {
    upstream.answering(
        (_, out, socket) -> {
          var head = "HTTP/1.1 200 OK\r\nX-Odd : a\r\nTransfer-Encoding : chunked\r\n\r\n";
          out.write(RecordingUpstream.bytes(head));
          out.write(RecordingUpstream.bytes("2\r\n{}\r\n0\r\n\r\n"));
          out.flush();
          socket.close();
        });
    var answer = RawClient.ask(gateway, POST);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("x-odd")).isEqualTo("a");
    assertThat(answer.all("transfer-encoding")).containsExactly("chunked");
    assertThat(answer.body()).isEqualTo("{}");
    assertThat(answer.headers()).noneMatch(line -> line.contains(" :"));
  }

  @Test
  void aLateServiceIs504() throws Exception {
    restart(upstream.url(), Duration.ofMillis(200));
    var never = new CountDownLatch(1);
    upstream.answering((_, _, _) -> never.await());
    var answer = RawClient.ask(gateway, POST);
    never.countDown();
    assertThat(answer.status()).isEqualTo(504);
    assertThat(upstream.received()).hasSize(1);
    assertThat(hops.next().detail()).isEqualTo("504");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "garbage\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-le",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: a\u0000b\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 099 No\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b=c\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: a\nSet-Cookie: b=c\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\n{}x",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 20\r\nContent-Length: 0\r\n\r\n",
        "ICY 200 OK\r\nContent-Length: 0\r\n\r\n",
      })
  void aBrokenAnswerIs502AndAPostIsSentOnce(String broken) throws Exception {
    upstream.answering(
        (_, out, socket) -> {
          out.write(RecordingUpstream.bytes(broken));
          out.flush();
          socket.close();
        });
    var answer = RawClient.ask(gateway, POST);
    assertThat(answer.status()).isEqualTo(502);
    assertThat(answer.body()).contains("\"error\":\"Bad gateway\"");
    assertThat(upstream.received()).hasSize(1);
  }

  @Test
  void anEndlessHeaderIs502() throws Exception {
    upstream.answering(
        (_, out, _) -> {
          out.write(RecordingUpstream.bytes("HTTP/1.1 200 OK\r\n"));
          var line = RecordingUpstream.bytes("x: " + "y".repeat(8000) + "\r\n");
          for (int i = 0; i < 12_000; i++) {
            out.write(line);
          }
        });
    assertThat(RawClient.ask(gateway, GET).status()).isEqualTo(502);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nxyz\r\n",
      })
  void aTruncatedAnswerNeverLooksWhole(String truncated) throws Exception {
    upstream.answering(
        (_, out, socket) -> {
          out.write(RecordingUpstream.bytes(truncated));
          out.flush();
          socket.close();
        });
    assertThatThrownBy(() -> RawClient.ask(gateway, GET)).isInstanceOf(IOException.class);
    var hop = hops.next();
    assertThat(hop.succeeded()).isFalse();
    assertThat(hop.detail()).startsWith("200, ");
  }

  @Test
  void anAnswerThatEndsWithTheConnectionIsChunkedForTheClient() throws Exception {
    upstream.answering(
        (_, out, socket) -> {
          out.write(RecordingUpstream.bytes("HTTP/1.1 200 OK\r\n\r\nhello"));
          out.flush();
          socket.close();
        });
    var answer = RawClient.ask(gateway, GET);
    assertThat(answer.header("transfer-encoding")).isEqualTo("chunked");
    assertThat(answer.body()).isEqualTo("hello");
    var old = RawClient.ask(gateway, "GET /api/open HTTP/1.0\r\n\r\n");
    assertThat(old.all("transfer-encoding")).isEmpty();
    assertThat(old.body()).isEqualTo("hello");
  }

  @Test
  void bytesAfterAnAnswerNeverReachTheNextClient() throws Exception {
    upstream.answering(
        (_, out, _) ->
            out.write(
                RecordingUpstream.bytes(
                    RecordingUpstream.OK + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL")));
    try (var client = new RawClient(gateway.address())) {
      client.send(GET + GET + GET);
      for (int i = 0; i < 3; i++) {
        assertThat(client.answer().body()).isEqualTo("{}");
      }
    }
    assertThat(upstream.connections()).isEqualTo(3);
  }

  @Test
  void interimAnswersAreSkipped() throws Exception {
    upstream.answering(
        "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
            + RecordingUpstream.OK);
    try (var client = new RawClient(gateway.address())) {
      assertThat(client.send(GET).answer().body()).isEqualTo("{}");
      assertThat(client.send(GET).answer().body()).isEqualTo("{}");
    }
    assertThat(upstream.connections()).isEqualTo(1);
  }

  @Test
  void aKeptConnectionThatWasClosedCostsASafeRequestNothing() throws Exception {
    upstream.answering(
        (request, out, socket) -> {
          if (request.requestLine().contains("/close")) {
            out.write(RecordingUpstream.bytes(RecordingUpstream.OK));
          } else if (upstream.connections() == 1) {
            socket.close(); // as if it had closed just before the request came
          } else {
            out.write(RecordingUpstream.bytes(RecordingUpstream.OK));
          }
        });
    try (var client = new RawClient(gateway.address())) {
      client.send("GET /api/open/close HTTP/1.1\r\nHost: g\r\n\r\n");
      assertThat(client.answer().status()).isEqualTo(200);
      assertThat(client.send(GET).answer().status()).isEqualTo(200);
      assertThat(upstream.received()).hasSize(3);
    }
  }

  @Test
  void aPostIsNeverSentTwice() throws Exception {
    upstream.answering(
        (request, out, socket) -> {
          if (request.requestLine().startsWith("POST")) {
            socket.close();
          } else {
            out.write(RecordingUpstream.bytes(RecordingUpstream.OK));
          }
        });
    try (var client = new RawClient(gateway.address())) {
      assertThat(client.send(GET).answer().status()).isEqualTo(200);
      assertThat(client.send(POST).answer().status()).isEqualTo(502);
      assertThat(client.send("POST /api/open HTTP/1.1\r\nHost: g\r\n\r\n").answer().status())
          .isEqualTo(502);
    }
    assertThat(upstream.received()).hasSize(3);
  }

  @Test
  void whatBelongsToTheServiceStaysInside() throws Exception {
    upstream.answering(
        """
        HTTP/1.1 200 OK
        content-length: 2
        Server: secret/1
        X-Powered-By: y
        X-User-Id: u
        x-correlation-id: theirs
        Access-Control-Allow-Origin: *
        Access-Control-Allow-Credentials: true
        Connection: x-inner
        X-Inner: 1
        Keep-Alive: timeout=5
        Set-Cookie: a=b
        Vary: Accept
        X-Kept: yes

        {}"""
            .replace("\n", "\r\n"));
    var answer = RawClient.ask(gateway, GET);
    for (var gone :
        List.of(
            "server",
            "x-powered-by",
            "x-user-id",
            "access-control-allow-origin",
            "access-control-allow-credentials",
            "connection",
            "x-inner",
            "keep-alive")) {
      assertThat(answer.all(gone)).as(gone).isEmpty();
    }
    assertThat(answer.header("x-correlation-id")).isNotEqualTo("theirs");
    assertThat(answer.header("set-cookie")).isEqualTo("a=b");
    assertThat(answer.header("x-kept")).isEqualTo("yes");
    assertThat(answer.all("vary")).containsExactlyInAnyOrder("Accept", "origin");
  }
}
