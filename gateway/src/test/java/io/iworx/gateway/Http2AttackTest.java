package io.iworx.gateway;

import static io.iworx.gateway.Http2RawClient.CONTINUATION;
import static io.iworx.gateway.Http2RawClient.DATA;
import static io.iworx.gateway.Http2RawClient.END_HEADERS;
import static io.iworx.gateway.Http2RawClient.END_STREAM;
import static io.iworx.gateway.Http2RawClient.HEADERS;
import static io.iworx.gateway.Http2RawClient.PING;
import static io.iworx.gateway.Http2RawClient.PRIORITY;
import static io.iworx.gateway.Http2RawClient.RST_STREAM;
import static io.iworx.gateway.Http2RawClient.SETTINGS;
import static io.iworx.gateway.Http2RawClient.WINDOW_UPDATE;
import static io.iworx.gateway.Http2RawClient.block;
import static io.iworx.gateway.Http2RawClient.number;
import static io.iworx.gateway.Http2RawClient.request;
import static io.iworx.gateway.Http2RawClient.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http2.Http2Error;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that use HTTP/2 to smuggle or to wear the gateway out: refused within a bound, the
 * service hears nothing of it, and the next clean request gets its own answer.
 */
final class Http2AttackTest {
  private static final int HEADER_TABLE_SIZE = 1;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int MAX_HEADER_LIST_SIZE = 6;
  private static final byte[] NOTHING = {};

  private final RecordingUpstream upstream = new RecordingUpstream();
  private Gateway gateway;

  @BeforeEach
  void start() {
    start(Limits.DEFAULT.withHttp2(new Limits.Http2(100, 50, 100)));
  }

  private void start(Limits limits) {
    gateway =
        Gateway.start(
            GatewayConfig.of(List.of(Route.of("open", upstream.url()).withPublicAccess(true)))
                .withPort(0)
                .withLimits(limits),
            new HopList());
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  // --- requests that HTTP/1.1 would read differently

  static final List<List<String>> MALFORMED =
      List.of(
          with("x-a", "1\r\nx-user-id: evil"),
          with("x-a", "1\nx: y"),
          with("x-a", "1\rx: y"),
          with("x-a", "1\0"),
          with("x-a", " 1"),
          with("x-a", "1\t"),
          with("X-A", "1"),
          with("x a", "1"),
          with("x:a", "1"),
          with("x-a\r\nx-user-id", "1"),
          with("x-a\u00e9", "1"),
          with("", "1"),
          with("connection", "close"),
          with("connection", "x-user-id"),
          with("proxy-connection", "keep-alive"),
          with("keep-alive", "1"),
          with("upgrade", "websocket"),
          with("transfer-encoding", "chunked"),
          with("transfer_encoding", "chunked"),
          with("content_length", "5"),
          with("te", "gzip"),
          with("te", "trailers, chunked"),
          with(":authority", "g"),
          with(":method", "GET"),
          with(":path", "/api/open/other"),
          with(":protocol", "websocket"),
          with(":status", "200"),
          with(":unknown", "1"),
          with("x-a", "1", ":authority", "g"),
          asking("G T", "/api/open"),
          asking("GET / HTTP/1.1\r\nHost: g\r\n\r\nGET", "/api/open"),
          asking("", "/api/open"),
          asking("GET", ""),
          asking("GET", "api/open"),
          asking("GET", "http://g/api/open"),
          asking("GET", "/api/open HTTP/1.1\r\nHost: g\r\n\r\nGET /api/open"),
          asking("GET", "/api/op en"),
          asking("GET", "/api/open\u00e9"),
          asking("GET", "/api/open\0"),
          List.of(":method", "GET", ":scheme", "http", ":authority", "g"),
          List.of(":method", "GET", ":path", "/api/open", ":authority", "g"),
          List.of(":scheme", "http", ":path", "/api/open", ":authority", "g"),
          List.of("x-a", "1", ":method", "GET", ":scheme", "http", ":path", "/api/open"));

  static final List<List<String>> REFUSED =
      List.of(
          with("host", "other"),
          with("content-length", "+5"),
          with("content-length", "5_0"),
          with("content-length", ""),
          authority("a@b"),
          authority("a b"),
          authority("a/b"),
          authority(""),
          asking("GET", "*"),
          List.of(":method", "GET", ":scheme", "http", ":path", "/api/open"),
          List.of(":method", "GET", ":scheme", "ftp", ":path", "/api/open", ":authority", "g"));

  private static List<String> with(String... more) {
    return List.of(request("GET", "/api/open", more));
  }

  private static List<String> asking(String method, String path) {
    return List.of(request(method, path));
  }

  private static List<String> authority(String authority) {
    return List.of(
        ":method", "GET", ":scheme", "http", ":path", "/api/open", ":authority", authority);
  }

  @ParameterizedTest
  @FieldSource("MALFORMED")
  void malformedRequestsBreakTheirStreamAlone(List<String> fields) throws Exception {
    try (var client = new Http2RawClient(gateway.address())) {
      assertThat(client.headers(1, true, array(fields)).answer(1).error())
          .isEqualTo(Http2Error.PROTOCOL_ERROR);
      assertThat(client.headers(3, false, array(fields)).answer(3).error())
          .isEqualTo(Http2Error.PROTOCOL_ERROR);
      assertNextIsUnharmed(client, 5);
    }
  }

  @ParameterizedTest
  @FieldSource("REFUSED")
  void requestsThatAreNotTakenAreAnswered(List<String> fields) throws Exception {
    try (var client = new Http2RawClient(gateway.address())) {
      var answer = client.headers(1, true, array(fields)).answer(1);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
      assertNextIsUnharmed(client, 3);
    }
  }

  private static String[] array(List<String> fields) {
    return fields.toArray(String[]::new);
  }

  private void assertNextIsUnharmed(Http2RawClient client, int stream) throws Exception {
    assertThat(client.get(stream, "/api/open/next").answer(stream).body()).isEqualTo("{}");
    assertThat(upstream.only().requestLine()).isEqualTo("GET /next HTTP/1.1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"4 hello", "6 hello", "0 hello", "5 "})
  void aBodyOfAnotherLengthThanSaidNeverEndsUpstream(String lengthAndBody) throws Exception {
    var parts = lengthAndBody.split(" ", -1);
    try (var client = new Http2RawClient(gateway.address())) {
      client.post(1, "/api/open", "content-length", parts[0]).data(1, true, parts[1]);
      assertThat(client.answer(1).error()).isEqualTo(Http2Error.PROTOCOL_ERROR);
      client.headers(3, true, request("POST", "/api/open", "content-length", "5"));
      assertThat(client.answer(3).error()).isEqualTo(Http2Error.PROTOCOL_ERROR);
      assertThat(client.get(5, "/api/open/next").answer(5).body()).isEqualTo("{}");
    }
    for (var got : upstream.received()) {
      var whole = got.requestLine().startsWith("GET /next ");
      assertThat(whole || got.body().length() < Integer.parseInt(got.header("content-length")))
          .as(got.toString())
          .isTrue();
    }
  }

  @Test
  void twoLengthsAreOneOrNone() throws Exception {
    try (var client = new Http2RawClient(gateway.address())) {
      client.post(1, "/api/open", "content-length", "5", "content-length", "6");
      client.data(1, true, "hello");
      var answer = client.answer(1);
      assertThat(answer.status() == 400 || answer.error() != null).isTrue();
      assertNextIsUnharmed(client, 3);
    }
  }

  @Test
  void trailersBringNothingAlong() throws Exception {
    try (var client = new Http2RawClient(gateway.address())) {
      client.post(1, "/api/open").data(1, false, "x").headers(1, true, ":path", "/api/admin");
      assertThat(client.answer(1).error()).isEqualTo(Http2Error.PROTOCOL_ERROR);
      client.post(3, "/api/open").data(3, false, "x").headers(3, true, "x-a", "1\r\nx: y");
      assertThat(client.answer(3).error()).isEqualTo(Http2Error.PROTOCOL_ERROR);
      assertThat(client.get(5, "/api/open/next").answer(5).body()).isEqualTo("{}");
    }
    assertThat(upstream.received()).hasSize(1);
  }

  // --- sizes

  @Test
  void refusesWhatIsTooLarge() throws Exception {
    try (var client = new Http2RawClient(gateway.address())) {
      var tooLong = client.get(1, "/api/open/" + "x".repeat(9 << 10)).answer(1);
      assertThat(tooLong.status()).isEqualTo(414);
      var many = Stream.generate(() -> Stream.of("x", "y")).limit(101).flatMap(it -> it);
      assertThat(
              client.headers(3, true, array(with(many.toArray(String[]::new)))).answer(3).status())
          .isEqualTo(431);
      var wide =
          client.headers(
              5, true, array(with("x", "y".repeat(15 << 10), "z", "y".repeat(10 << 10))));
      var answer = wide.answer(5);
      assertThat(answer.status()).isEqualTo(431);
      assertThat(answer.body()).contains(answer.header("x-correlation-id"));
      assertNextIsUnharmed(client, 7);
    }
  }

  @Test
  void aFieldThatIsRepeatedByReferenceCountsEachTime() throws Exception {
    try (var client = new Http2RawClient(gateway.address())) {
      var bomb = new ByteArrayOutputStream();
      bomb.writeBytes(block(request("GET", "/api/open")));
      var entry = block("x", "y".repeat(3000));
      entry[0] = 0x40; // kept in the table
      bomb.writeBytes(entry);
      for (int i = 0; i < 10_000; i++) {
        bomb.write(0x80 | 62);
      }
      client.send(HEADERS, END_HEADERS | END_STREAM, 1, bomb.toByteArray());
      assertThat(client.answer(1).status()).isEqualTo(431);
      assertNextIsUnharmed(client, 3);
    }
  }

  @Test
  void headersWithoutAnEndAreEnded() throws Exception {
    try (var client = new Http2RawClient(gateway.address())) {
      client.send(HEADERS, 0, 1, block(request("GET", "/api/open")));
      flood(client, () -> client.send(CONTINUATION, 0, 1, block("x", "y".repeat(1000))));
    }
    try (var client = new Http2RawClient(gateway.address())) {
      client.send(HEADERS, 0, 1, block(request("GET", "/api/open")));
      flood(client, () -> client.send(CONTINUATION, 0, 1, NOTHING));
    }
    assertThat(upstream.received()).isEmpty();
  }

  // --- floods

  interface Attack {
    void once() throws IOException;
  }

  /** Sends until the gateway has had enough, which must be soon. */
  private static Http2Error flood(Http2RawClient client, Attack attack) throws IOException {
    try {
      for (int i = 0; i < 1000; i++) {
        attack.once();
      }
    } catch (IOException e) {
      // closed while this was sending
    }
    try {
      var error = client.goAway();
      assertThat(client.isClosed()).isTrue();
      return error;
    } catch (IOException e) {
      return Http2Error.ENHANCE_YOUR_CALM; // reset before it could be read
    }
  }

  @Test
  void framesWithoutAPurposeAreBounded() throws Exception {
    var attacks =
        List.<java.util.function.Function<Http2RawClient, Attack>>of(
            it -> () -> it.send(PING, 0, 0, new byte[8]),
            it -> () -> it.send(PING, Http2RawClient.ACK, 0, new byte[8]),
            it -> () -> it.send(SETTINGS, 0, 0, NOTHING),
            it -> () -> it.send(PRIORITY, 0, 3, new byte[5]),
            it -> () -> it.send(WINDOW_UPDATE, 0, 0, number(1)),
            it -> () -> it.send(DATA, 0, 1, NOTHING),
            it -> () -> it.send(0x77, 0, 0, NOTHING));
    for (var attack : attacks) {
      try (var client = new Http2RawClient(gateway.address())) {
        client.post(1, "/api/open");
        assertThat(flood(client, attack.apply(client))).isEqualTo(Http2Error.ENHANCE_YOUR_CALM);
      }
    }
    assertOthersAreServed();
  }

  @Test
  void requestsEarnTheFramesAroundThem() throws Exception {
    try (var client = new Http2RawClient(gateway.address())) {
      for (int i = 0; i < 500; i++) {
        client.send(PING, 0, 0, new byte[8]).send(WINDOW_UPDATE, 0, 0, number(100));
        client.get(2 * i + 1, "/api/open");
        assertThat(client.answer(2 * i + 1).body()).isEqualTo("{}");
      }
    }
  }

  @Test
  void resetsAreBoundedAndWithThemTheWorkUpstream() throws Exception {
    upstream.answering((_, _, _) -> {});
    try (var client = new Http2RawClient(gateway.address())) {
      var stream = new int[] {1};
      assertThat(
              flood(
                  client,
                  () -> {
                    client.get(stream[0], "/api/open").reset(stream[0]);
                    stream[0] += 2;
                  }))
          .isEqualTo(Http2Error.ENHANCE_YOUR_CALM);
    }
    assertThat(upstream.received()).hasSizeLessThanOrEqualTo(51);
    upstream.answering(RecordingUpstream.OK);
    assertOthersAreServed();
  }

  /** Each makes the gateway reset a stream while the service still works for it. */
  @Test
  void resetsThatTheGatewayIsMadeToSendAreBoundedToo() throws Exception {
    upstream.answering((_, _, _) -> {});
    for (var variant : List.of("overflow", "zero", "data", "headers", "priority", "length")) {
      try (var client = new Http2RawClient(gateway.address())) {
        var stream = new int[] {1};
        assertThat(
                flood(
                    client,
                    () -> {
                      breakStream(client, variant, stream[0]);
                      stream[0] += 2;
                    }))
            .as(variant)
            .isIn(
                Http2Error.ENHANCE_YOUR_CALM,
                Http2Error.STREAM_CLOSED, // or the connection at once
                Http2Error.FRAME_SIZE_ERROR,
                Http2Error.PROTOCOL_ERROR);
      }
    }
    assertThat(upstream.received()).hasSizeLessThanOrEqualTo(6 * 51);
    upstream.answering(RecordingUpstream.OK);
    assertOthersAreServed();
  }

  private static void breakStream(Http2RawClient client, String variant, int stream)
      throws IOException {
    if (variant.equals("length")) {
      client.post(stream, "/api/open", "content-length", "1").data(stream, true, "xx");
      return;
    }
    client.get(stream, "/api/open");
    switch (variant) {
      case "overflow" -> client.send(WINDOW_UPDATE, 0, stream, number(Integer.MAX_VALUE));
      case "zero" -> client.send(WINDOW_UPDATE, 0, stream, number(0));
      case "data" -> client.data(stream, true, "x");
      case "headers" -> client.get(stream, "/api/open");
      default -> client.send(PRIORITY, 0, stream, new byte[4]);
    }
  }

  private void assertOthersAreServed() throws Exception {
    try (var client = new Http2RawClient(gateway.address())) {
      assertThat(client.get(1, "/api/open").answer(1).body()).isEqualTo("{}");
    }
  }

  @Test
  void oneStreamTooManyIsRefusedAndTheOthersGoOn() throws Exception {
    gateway.close();
    start(Limits.DEFAULT.withHttp2(new Limits.Http2(2, 50, 100)));
    var answer = new CountDownLatch(1);
    upstream.answering(
        (_, out, _) -> {
          answer.await();
          out.write(RecordingUpstream.bytes(RecordingUpstream.OK));
        });
    try (var client = new Http2RawClient(gateway.address())) {
      client.get(1, "/api/open").get(3, "/api/open").get(5, "/api/open");
      assertThat(client.answer(5).error()).isEqualTo(Http2Error.REFUSED_STREAM);
      answer.countDown();
      assertThat(client.answer(1).body()).isEqualTo("{}");
      assertThat(client.answer(3).body()).isEqualTo("{}");
      assertThat(client.get(7, "/api/open").answer(7).body()).isEqualTo("{}");
      assertThat(upstream.received()).hasSize(3);
    }
  }

  // --- settings and slowness

  @Test
  void settingsOfTheClientDoNotMakeTheGatewayKeepMore() throws Exception {
    var greedy = settings(HEADER_TABLE_SIZE, Integer.MAX_VALUE, MAX_HEADER_LIST_SIZE, 1);
    try (var client = new Http2RawClient(gateway.address(), greedy)) {
      for (int i = 0; i < 50; i++) {
        assertThat(client.get(2 * i + 1, "/api/open").answer(2 * i + 1).body()).isEqualTo("{}");
      }
    }
  }

  @Test
  void whoeverReadsNothingLosesTheStream() throws Exception {
    gateway.close();
    start(
        Limits.DEFAULT.withClientTimeouts(
            Duration.ofSeconds(5), Duration.ofMillis(300), Duration.ofSeconds(5)));
    try (var client = new Http2RawClient(gateway.address(), settings(INITIAL_WINDOW_SIZE, 0))) {
      var small = client.get(1, "/api/open").answer(1);
      assertThat(small.status()).isEqualTo(200);
      assertThat(small.error()).isEqualTo(Http2Error.CANCEL);
      upstream.answering(
          "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n" + "x".repeat(1_000_000));
      assertThat(client.get(3, "/api/open").answer(3).error()).isEqualTo(Http2Error.INTERNAL_ERROR);
    }
  }

  @Test
  void whoeverSendsNothingIsToldAndLeft() throws Exception {
    gateway.close();
    start(
        Limits.DEFAULT.withClientTimeouts(
            Duration.ofMillis(300), Duration.ofMillis(300), Duration.ofMillis(300)));
    try (var client = new Http2RawClient(gateway.address());
        var silent = new RawClient(gateway.address());
        var half = new RawClient(gateway.address())) {
      half.send("PRI * HTTP/2.0\r\n");
      assertThat(client.post(1, "/api/open").answer(1).status()).isEqualTo(408);
      assertThat(client.next().type()).isEqualTo(RST_STREAM);
      client.send(PING, 0, 0, new byte[8]);
      assertThat(client.goAway()).isEqualTo(Http2Error.NO_ERROR);
      assertThat(client.isClosed()).isTrue();
      assertThat(silent.isClosed()).isTrue();
      assertThat(half.isClosed()).isTrue();
    }
  }

  @Test
  void limitsThatCannotBeUsedAreNamed() {
    assertThatThrownBy(() -> new Limits.Http2(0, 1, 10)).hasMessageContaining("http2.max-streams");
    assertThatThrownBy(() -> new Limits.Http2(1, 0, 10)).hasMessageContaining("http2.max-resets");
    assertThatThrownBy(() -> new Limits.Http2(1, 1, 9)).hasMessageContaining("max-empty-frames");
    var yaml = "limits: {http2: {max-streams: 7, max-resets: 8, max-empty-frames: 90}}\nroutes: []";
    assertThat(GatewayConfig.parse(yaml, "iworx.yaml").limits().http2())
        .isEqualTo(new Limits.Http2(7, 8, 90));
  }
}
