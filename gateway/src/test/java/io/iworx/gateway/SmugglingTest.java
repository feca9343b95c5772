package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests that hide another one ({@code /EVIL}), each sent as bytes, with a clean request behind
 * it. Either it is refused and the service never hears of it, or the service gets exactly one
 * request, framed in one way; and whoever asks next gets his own answer.
 */
final class SmugglingTest {
  private static final String HIDDEN = "GET /api/open/EVIL HTTP/1.1\r\nHost: g\r\n\r\n";
  private static final String CLEAN =
      "GET /api/open/clean HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n";

  private static final ByteLog upstream = new ByteLog();
  private static Gateway gateway;

  /** Bytes, and the one request that the service may get of them; null for none. */
  record Attack(String name, String bytes, @Nullable String passes, String body) {
    static Attack refused(String name, String bytes) {
      return new Attack(name, bytes, null, "");
    }

    @Override
    public String toString() {
      return "[" + name.replace("\r", "\\r").replace("\n", "\\n").replace("\u0000", "\\0") + "]";
    }
  }

  @BeforeAll
  static void start() {
    gateway =
        Gateway.start(
            GatewayConfig.of(
                    List.of(
                        Route.of("open", upstream.url()).withPublicAccess(true),
                        Route.of("closed", upstream.url())))
                .withPort(0)
                .withAuth(Auth.hs256(Minted.SECRET))
                .withLimits(
                    Limits.DEFAULT.withClientTimeouts(
                        Duration.ofMillis(400), Duration.ofMillis(400), Duration.ofMillis(400))),
            new HopList());
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"framings", "chunks", "trailers", "lines", "bodiesNobodyWants", "accepted"})
  void nothingHiddenPasses(Attack attack) throws Exception {
    upstream.forget();
    var answers = new ArrayList<RawClient.Answer>();
    try (var client = new RawClient(gateway.address())) {
      client.send(attack.bytes() + CLEAN);
      readAll(client, answers, attack.bytes().startsWith("HEAD "));
    }
    assertThat(upstream.anomalies()).isEmpty();
    if (attack.passes() == null) {
      assertThat(answers.getFirst().status()).isBetween(400, 505);
      assertThat(upstream.bytes()).doesNotContain("EVIL");
    } else {
      assertThat(upstream.seen().getFirst().line()).isEqualTo(attack.passes());
      assertThat(upstream.seen().getFirst().body()).isEqualTo(attack.body());
      assertThat(answers.getLast().body()).isEqualTo("GET /clean HTTP/1.1");
    }
    assertThat(upstream.seen()).noneMatch(it -> it.line().contains("EVIL"));
    assertThat(upstream.seen().stream().filter(it -> !it.line().contains("clean")))
        .hasSize(attack.passes() == null ? 0 : 1);
    assertThat(RawClient.ask(gateway, CLEAN).body()).isEqualTo("GET /clean HTTP/1.1");
  }

  private static void readAll(RawClient client, List<RawClient.Answer> answers, boolean headFirst)
      throws IOException {
    try {
      while (true) {
        answers.add(client.answer(headFirst && answers.isEmpty()));
      }
    } catch (IOException e) {
      // closed: nothing more comes
    }
  }

  private static String get(String... headers) {
    return "GET /api/open/a HTTP/1.1\r\nHost: g\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
  }

  private static String post(String headers) {
    return "POST /api/open/a HTTP/1.1\r\nHost: g\r\n" + headers + "\r\n\r\n";
  }

  /** What looks like a coding to one server and like nothing to the next. */
  private static List<String> codings() {
    var codings =
        new ArrayList<>(
            List.of(
                "Transfer-Encoding : chunked",
                "Transfer-Encoding\t: chunked",
                "Transfer-Encoding:\u000bchunked",
                "Transfer-Encoding:\u000cchunked",
                "Transfer-Encoding: chunked\u000b",
                "Transfer-Encoding: \u0000chunked",
                "Transfer-Encoding: chunked\u0000",
                "Transfer-Encoding: \u00a0chunked",
                "Transfer-Encoding: \u0085chunked",
                "Transfer-Encoding: \u00ffchunked",
                "Transfer-Encoding:\r\n chunked",
                "Transfer-Encoding:\r\n\tchunked",
                "Transfer-Encoding:\n chunked",
                "Transfer-Encoding: x\r\n chunked",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: chunkedx",
                "Transfer-Encoding: chunked-",
                "Transfer-Encoding: chunk",
                "Transfer-Encoding: chunked chunked",
                "Transfer-Encoding: chunked;q=1",
                "Transfer-Encoding: chunked; x",
                "Transfer-Encoding: \"chunked\"",
                "Transfer-Encoding: 'chunked'",
                "Transfer-Encoding: [chunked]",
                "Transfer-Encoding: c\\hunked",
                "Transfer-Encoding: chunked,",
                "Transfer-Encoding: ,chunked",
                "Transfer-Encoding: , chunked",
                "Transfer-Encoding: chunked, chunked",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: identity, chunked",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: chunked, gzip",
                "Transfer-Encoding: cow, chunked",
                "Transfer-Encoding: identity",
                "Transfer-Encoding: gzip",
                "Transfer-Encoding: deflate",
                "Transfer-Encoding: compress",
                "Transfer-Encoding: cow",
                "Transfer-Encoding: null",
                "Transfer-Encoding:",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nTransfer-encoding: cow",
                "Transfer-Encoding: cow\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding:\r\nTransfer-Encoding: chunked",
                "transfer-encoding: chunked\r\nTRANSFER-ENCODING: x",
                "Transfer_Encoding: chunked",
                "TRANSFER_ENCODING: chunked",
                "Transfer.Encoding: chunked",
                "Transfer*Encoding: chunked",
                "Transfer Encoding: chunked",
                "Transfer\u00adEncoding: chunked",
                "Tr\u0430nsfer-Encoding: chunked",
                "Transfer-Encoding\u0000: chunked",
                "\u0000Transfer-Encoding: chunked",
                " Transfer-Encoding: chunked",
                "\tTransfer-Encoding: chunked",
                "\u000bTransfer-Encoding: chunked",
                "X: y\rTransfer-Encoding: chunked",
                "X: y\nTransfer-Encoding: chunked",
                "X: y\r\n Transfer-Encoding: chunked",
                "X:\r\n\r Transfer-Encoding: chunked",
                ": x\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding",
                "Transfer-Encoding chunked",
                "Transfer-Encoding= chunked"));
    return List.copyOf(codings);
  }

  /** CL.TE, TE.CL and TE.TE, by every coding above and by those that are plain. */
  static Stream<Attack> framings() {
    var attacks = new ArrayList<Attack>();
    var chunked = "0\r\n\r\n" + HIDDEN;
    for (var coding : codings()) {
      attacks.add(Attack.refused("TE " + coding, post(coding) + chunked));
      attacks.add(
          Attack.refused(
              "CL.TE " + coding,
              post("Content-Length: " + chunked.length() + "\r\n" + coding) + chunked));
      attacks.add(
          Attack.refused("TE.CL " + coding, post(coding + "\r\nContent-Length: 5") + chunked));
    }
    for (var coding : List.of("Transfer-Encoding: chunked", "transfer-encoding:chunked\t")) {
      attacks.add(Attack.refused("CL.TE", post("Content-Length: 5\r\n" + coding) + chunked));
      attacks.add(Attack.refused("TE.CL", post(coding + "\r\nContent-Length: 5") + chunked));
      attacks.add(Attack.refused("TE.CL 0", post(coding + "\r\nContent-Length: 0") + chunked));
      attacks.add(
          Attack.refused("TE and 1.0", post(coding).replace("HTTP/1.1", "HTTP/1.0") + chunked));
      attacks.add(
          Attack.refused(
              "TE named in Connection and CL",
              post("Connection: transfer-encoding\r\n" + coding + "\r\nContent-Length: 5")
                  + chunked));
    }
    for (var length :
        List.of(
            "5\r\nContent-Length: 0",
            "0\r\nContent-Length: 5",
            "0\r\nContent-Length: 0",
            "0, 0",
            "0,5",
            "5,",
            ",5",
            "0;5",
            "+0",
            "-0",
            "-1",
            "0x0",
            "0_0",
            "0 0",
            "\u00b2",
            "",
            "0\u0000",
            "0\u000b",
            "\u000b0",
            "0\u00a0",
            "\"0\"",
            "0.0",
            "0e1",
            "1e1",
            "NaN",
            "00000000000000000000",
            "18446744073709551616",
            "4294967296\r\nX: y\r\n z",
            "0\r\n 5",
            "0\r\n\t5",
            "0\rContent-Length: 5",
            "0\nContent-Length: 5")) {
      attacks.add(Attack.refused("CL " + length, post("Content-Length: " + length) + HIDDEN));
    }
    for (var name :
        List.of(
            "Content-Length :",
            "Content-Length\t:",
            "Content_Length:",
            "Content.Length:",
            "Content Length:",
            " Content-Length:",
            "Content-Length\u0000:",
            "Content-Length",
            "X: y\r\n Content-Length:",
            "X: y\nContent-Length:",
            "X: y\rContent-Length:")) {
      attacks.add(Attack.refused("name " + name, post(name + " " + HIDDEN.length()) + HIDDEN));
    }
    return attacks.stream();
  }

  static Stream<Attack> chunks() {
    return Stream.of(
            "0x0\r\n\r\n",
            "0X0\r\n\r\n",
            "-0\r\n\r\n",
            "+0\r\n\r\n",
            " 0\r\n\r\n",
            "0 \r\n\r\n",
            "0\t\r\n\r\n",
            "0 ;x\r\n\r\n",
            "0\n\r\n",
            "0\r\r\n\r\n",
            "0\r\n\n",
            "0\n\n",
            "0;\n\r\n",
            "0;a\nb\r\n\r\n",
            "0;a\rb\r\n\r\n",
            "0;a\u0000\r\n\r\n",
            "0;\u000b\r\n\r\n",
            "0,0\r\n\r\n",
            "0=0\r\n\r\n",
            "\r\n0\r\n\r\n",
            "\n0\r\n\r\n",
            "g\r\n\r\n",
            "\u0660\r\n\r\n",
            "FFFFFFFFFFFFFFFF\r\n",
            "10000000000000000\r\n\r\n",
            "8000000000000000\r\n\r\n",
            "00000000000000000000\r\n\r\n",
            "5\r\nhelloXX0\r\n\r\n",
            "5\r\nhello\n0\r\n\r\n",
            "5\r\nhello\r0\r\n\r\n",
            "5\r\nhello0\r\n\r\n",
            "4\r\nhello\r\n0\r\n\r\n",
            "5\r\nhell\r\n0\r\n\r\n",
            "5;" + "x".repeat(2000) + "\r\nhello\r\n0\r\n\r\n",
            "2\r\nhe\r\n\r\n0\r\n\r\n",
            "0\r\nX: y\n\r\n",
            "0\r\nX\r\n\r\n",
            "0\r\n X: y\r\n\r\n",
            "0\r\nX : y\r\n\r\n",
            "0\r\nX: a\u0000b\r\n\r\n",
            "0\r\nX: a\rb\r\n\r\n")
        .map(it -> Attack.refused("chunk " + it, post("Transfer-Encoding: chunked") + it + HIDDEN));
  }

  static Stream<Attack> lines() {
    return Stream.of(
            "\u0000GET /api/open/EVIL HTTP/1.1\r\nHost: g\r\n\r\n",
            "\u0001GET /api/open/EVIL HTTP/1.1\r\nHost: g\r\n\r\n",
            "\u00ef\u00bb\u00bfGET /api/open/EVIL HTTP/1.1\r\nHost: g\r\n\r\n",
            "\nGET /api/open/EVIL HTTP/1.1\r\nHost: g\r\n\r\n",
            "\rGET /api/open/EVIL HTTP/1.1\r\nHost: g\r\n\r\n",
            "\r\n\r\nGET /api/open/EVIL HTTP/1.1\r\nHost: g\r\n\r\n",
            "GET /api/open/EVIL HTTP/1.1\rHost: g\r\r",
            "GET /api/open/EVIL HTTP/1.1\nHost: g\n\n",
            "GET /api/open/EVIL HTTP/1.1\r\nHost: g\r\n\n",
            "GET /api/open/EVIL HTTP/1.1\r\nHost: g\n\r\n",
            "GET /api/open/EVIL\u000bHTTP/1.1\r\nHost: g\r\n\r\n",
            "GET\t/api/open/EVIL HTTP/1.1\r\nHost: g\r\n\r\n",
            "GET /api/open/EVIL HTTP/1.1\r\nHost: g\r\nX: \r\r\n\r\n",
            "GET /api/open/EVIL\rX HTTP/1.1\r\nHost: g\r\n\r\n",
            "GET /api/open/EVIL\u0000 HTTP/1.1\r\nHost: g\r\n\r\n",
            "GET /api/open/EVIL HTTP/1.1 HTTP/1.1\r\nHost: g\r\n\r\n",
            "GET /api/open/EVIL HTTP/1.1X\r\nHost: g\r\n\r\n",
            "GET /api/open/EVIL HTTP/01.1\r\nHost: g\r\n\r\n",
            "GET /api/open/EVIL HTTP/1,1\r\nHost: g\r\n\r\n",
            "GET /api/open/EVIL HTTP/9.9\r\nHost: g\r\n\r\n",
            "GET /api/open/EVIL ICAP/1.0\r\nHost: g\r\n\r\n",
            "GET /api/open/EVIL\r\n\r\n",
            "GET /api/open/EVIL HTTP/1.1\r\n\r\n",
            "GET /api/open/EVIL HTTP/1.1\r\n : x\r\nHost: g\r\n\r\n",
            "GET /api/open/EVIL HTTP/1.1\r\nHost: g\r\nHost: h\r\n\r\n",
            "GET /api/open/EVIL HTTP/1.1\r\nHost: g\r\nhost: g\r\n\r\n",
            "GET /api/open/EVIL HTTP/1.1\r\nHost: g, h\r\n\r\n",
            "GET /api/open/EVIL HTTP/1.1\r\nHost: g\u0000\r\n\r\n",
            "GET /api/open/EVIL HTTP/1.1\r\nHost: g:99999999\r\n\r\n",
            "GET /api/open/EVIL HTTP/1.1\r\nHost: g#x\r\n\r\n",
            "GET /api/open/EVIL HTTP/1.1\r\nHost: g?x\r\n\r\n",
            "GET /api/open/EVIL HTTP/1.1\r\nHost: \u00e9\r\n\r\n",
            "GET /api/open/EVIL HTTP/1.1\r\nHost_: g\r\n\r\n",
            "GET http://h/api/open/EVIL HTTP/1.1\r\nHost: g\r\n\r\n",
            "GET http://g:80/api/open/EVIL HTTP/1.1\r\nHost: g\r\n\r\n",
            "GET http://h@g/api/open/EVIL HTTP/1.1\r\nHost: g\r\n\r\n",
            "GET http://g@h/api/open/EVIL HTTP/1.1\r\nHost: g@h\r\n\r\n",
            "GET http:///api/open/EVIL HTTP/1.1\r\nHost: g\r\n\r\n",
            "GET //g/api/open/EVIL HTTP/1.1\r\nHost: g\r\n\r\n",
            "GET @g/api/open/EVIL HTTP/1.1\r\nHost: g\r\n\r\n",
            "GET :80/api/open/EVIL HTTP/1.1\r\nHost: g\r\n\r\n",
            "GET ?/api/open/EVIL HTTP/1.1\r\nHost: g\r\n\r\n",
            "GET /api/open/EVIL?a\u00e9 HTTP/1.1\r\nHost: g\r\n\r\n",
            "GET /api/open/%0d%0aEVIL HTTP/1.1\r\nHost: g\r\n\r\n",
            "GET /api/open/EVIL%20HTTP/1.1%0d%0aX:%20 HTTP/1.1\r\nHost: g\r\n\r\n",
            "CONNECT g:443 HTTP/1.1\r\nHost: g:443\r\n\r\n",
            "TRACE /api/open/EVIL HTTP/1.1\r\nHost: g\r\n\r\n",
            "EVIL /api/open/EVIL HTTP/1.1\r\nHost: g\r\n\r\n",
            "GET /api/open/EVIL HTTP/1.1\r\nHost: g\r\nExpect: 200-ok\r\n\r\n",
            "GET /api/open/EVIL HTTP/1.1\r\nHost: g\r\nX: a\u0007b\r\n\r\n")
        .map(it -> Attack.refused(it.replaceFirst("(?s)(.{30}).*", "$1"), it));
  }

  /** Trailers are read and dropped: none becomes a header, none changes where the body ends. */
  static Stream<Attack> trailers() {
    return Stream.of(
            "Content-Length: 5",
            "Transfer-Encoding: chunked",
            "Transfer-Encoding: identity",
            "Host: evil",
            "Authorization: Bearer EVIL",
            "X-User-Id: EVIL",
            "x_user_id: EVIL",
            "Connection: close",
            "Connection: x-correlation-id",
            "Trailer: x\r\nX: EVIL",
            "Upgrade: websocket",
            "Expect: 100-continue")
        .map(
            it ->
                new Attack(
                    "trailer " + it,
                    post("Transfer-Encoding: chunked\r\nTrailer: host, x-user-id")
                        + "5\r\nhello\r\n0\r\n"
                        + it
                        + "\r\n\r\n",
                    "POST /a HTTP/1.1",
                    "hello"));
  }

  /** CL.0 and its like: the answer does not wait for the body, and the body is not a request. */
  static Stream<Attack> bodiesNobodyWants() {
    var attacks = new ArrayList<Attack>();
    var chunked = Integer.toHexString(HIDDEN.length()) + "\r\n" + HIDDEN + "\r\n0\r\n\r\n";
    for (var target :
        List.of("/nothing", "/api/nothing", "/api/closed", "/health", "/api/open/..")) {
      for (var method : List.of("GET", "HEAD", "POST", "PUT", "DELETE", "TRACE")) {
        if (target.equals("/health") && !method.equals("POST")) {
          continue; // answered
        }
        var line = method + " " + target + " HTTP/1.1\r\nHost: g\r\n";
        var length = "Content-Length: " + HIDDEN.length() + "\r\n";
        attacks.add(Attack.refused(method + " " + target, line + length + "\r\n" + HIDDEN));
        attacks.add(
            Attack.refused(
                method + " chunked " + target,
                line + "Transfer-Encoding: chunked\r\n\r\n" + chunked));
        attacks.add(
            Attack.refused(
                method + " expects " + target,
                line + length + "Expect: 100-continue\r\n\r\n" + HIDDEN));
      }
    }
    return attacks.stream();
  }

  /** What is odd but has one meaning reaches the service in the plainest form of it. */
  static Stream<Attack> accepted() {
    var attacks = new ArrayList<Attack>();
    for (var coding : List.of("chunked", "CHUNKED", "Chunked", "\tchunked \t")) {
      attacks.add(
          new Attack(
              "coding " + coding,
              post("TRANSFER-encoding:" + coding) + "005;a=\"b\"\r\nhello\r\n000\r\n\r\n",
              "POST /a HTTP/1.1",
              "hello"));
    }
    attacks.add(
        new Attack(
            "leading zeros", post("Content-Length: 005") + "hello", "POST /a HTTP/1.1", "hello"));
    for (var method : List.of("GET", "HEAD", "DELETE")) {
      attacks.add(
          new Attack(
              method + " with a body",
              "%s /api/open/a HTTP/1.1\r\nHost: g\r\nContent-Length: %d\r\n\r\n%s"
                  .formatted(method, HIDDEN.length(), HIDDEN),
              method + " /a HTTP/1.1",
              HIDDEN));
    }
    attacks.add(
        new Attack(
            "expects and sends at once",
            post("Expect: 100-continue\r\nContent-Length: " + HIDDEN.length()) + HIDDEN,
            "POST /a HTTP/1.1",
            HIDDEN));
    attacks.add(
        new Attack(
            "framing named in connection",
            post("Connection: content-length, host\r\nContent-Length: " + HIDDEN.length()) + HIDDEN,
            "POST /a HTTP/1.1",
            HIDDEN));
    attacks.add(
        new Attack(
            "an upgrade to HTTP/2",
            get(
                "Connection: upgrade, http2-settings",
                "Upgrade: h2c",
                "HTTP2-Settings: AAMAAABkAAQAAP__"),
            "GET /a HTTP/1.1",
            ""));
    attacks.add(
        new Attack(
            "a host inside", "GET /api/open/a HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n",
            "GET /a HTTP/1.1", ""));
    return attacks.stream();
  }
}
