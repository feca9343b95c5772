package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who the client is, when there are proxies in front: their word counts, and nobody else's. */
final class TrustedProxiesTest {
  private final RecordingUpstream upstream = new RecordingUpstream();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (var each : open) {
      each.close();
    }
    upstream.close();
  }

  private Gateway trusting(String... proxies) {
    return gateway(RoutePolicies.NONE, proxies);
  }

  private Gateway gateway(RoutePolicies policies, String... proxies) {
    var route = Route.of("open", upstream.url()).withPublicAccess(true).withPolicies(policies);
    var gateway =
        Gateway.start(
            GatewayConfig.of(List.of(route)).withTrustedProxies(List.of(proxies)).withPort(0),
            new HopList());
    open.add(gateway);
    return gateway;
  }

  private static RawClient.Answer ask(Gateway gateway, String... fields) throws Exception {
    var lines = String.join("\r\n", fields);
    return RawClient.ask(
        gateway, "GET /api/open HTTP/1.1\r\nHost: g\r\n" + lines + "\r\n".repeat(2));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          X-Forwarded-For: 9.9.9.9                        | 9.9.9.9, 127.0.0.1
          X-Forwarded-For: 9.9.9.9:4711                   | 9.9.9.9, 127.0.0.1
          X-Forwarded-For: [2001:db8::1]:4711             | 2001:db8:0:0:0:0:0:1, 127.0.0.1
          X-Forwarded-For: 6.6.6.6, 9.9.9.9               | 9.9.9.9, 127.0.0.1
          X-Forwarded-For: 6.6.6.6, 9.9.9.9, 10.1.2.3     | 9.9.9.9, 10.1.2.3, 127.0.0.1
          X-Forwarded-For: 10.1.1.1, 10.1.2.3             | 10.1.1.1, 10.1.2.3, 127.0.0.1
          X-Forwarded-For: 6.6.6.6, unknown               | 127.0.0.1
          X-Forwarded-For: 6.6.6.6, evil', 10.1.2.3       | 10.1.2.3, 127.0.0.1
          X-Forwarded-For: 6.6.6.6, 010.0.0.1             | 127.0.0.1
          X-Forwarded-For:                                | 127.0.0.1
          Forwarded: for=9.9.9.9                          | 9.9.9.9, 127.0.0.1
          Forwarded: for=6.6.6.6, for="9.9.9.9:80";by=_a  | 9.9.9.9, 127.0.0.1
          Forwarded: For="[2001:db8::1]:80"               | 2001:db8:0:0:0:0:0:1, 127.0.0.1
          Forwarded: for=6.6.6.6, for=_hidden             | 127.0.0.1
          Forwarded: for="6.6.6.6, for=9.9.9.9            | 127.0.0.1
          X-Real-Ip: 6.6.6.6                              | 127.0.0.1
          """)
  void theLastAddressThatIsNoProxyIsTheClient(String field, String chain) throws Exception {
    assertThat(ask(trusting("127.0.0.1", "10.0.0.0/8"), field).status()).isEqualTo(200);
    assertThat(upstream.only().header("x-forwarded-for")).isEqualTo(chain);
    assertThat(upstream.only().all("forwarded")).isEmpty();
    assertThat(upstream.only().all("x-real-ip")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          X-Forwarded-Proto: https                                    | https |
          X-Forwarded-Proto: http, HTTPS                              | https |
          X-Forwarded-Proto: gopher                                   | http  |
          X-Forwarded-Host: shop.example.com                          | http  | shop.example.com
          X-Forwarded-For: 9.9.9.9,X-Forwarded-Host: shop.example.com | http  | shop.example.com
          X-Forwarded-For: 9.9.9.9,X-Forwarded-Host: a b              | http  |
          Forwarded: for=9.9.9.9;proto=https;host="shop.example.com"  | https | shop.example.com
          """)
  void howTheClientCameAndWhatItAskedFor(String fields, String proto, String host)
      throws Exception {
    ask(trusting("127.0.0.0/8"), fields.split(",(?=X)", -1));
    assertThat(upstream.only().header("x-forwarded-proto")).isEqualTo(proto);
    assertThat(upstream.only().all("x-forwarded-host"))
        .isEqualTo(host == null ? List.of() : List.of(host));
  }

  @Test
  void whatAnybodyElseSaysIsReplaced() throws Exception {
    ask(
        trusting("10.0.0.0/8", "::1"),
        "X-Forwarded-For: 9.9.9.9",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: evil",
        "Forwarded: for=9.9.9.9");
    var got = upstream.only();
    assertThat(got.header("x-forwarded-for")).isEqualTo("127.0.0.1");
    assertThat(got.header("x-forwarded-proto")).isEqualTo("http");
    assertThat(got.all("x-forwarded-host")).isEmpty();
    assertThat(got.all("forwarded")).isEmpty();
  }

  @Test
  void clientsBehindAProxyAreCountedApart() throws Exception {
    var limit = RateLimit.of(2, Duration.ofMinutes(1));
    var gateway = gateway(RoutePolicies.NONE.withRateLimit(limit), "127.0.0.1");
    for (var client : List.of("9.9.9.1", "9.9.9.2")) {
      for (int i = 0; i < 3; i++) {
        var status = ask(gateway, "X-Forwarded-For: 6.6.6." + i + ", " + client).status();
        assertThat(status).as(client).isEqualTo(i < 2 ? 200 : 429);
      }
    }
  }

  @Test
  void http2ClientsToo() throws Exception {
    try (var client = new Http2RawClient(trusting("127.0.0.1").address())) {
      var asked =
          Http2RawClient.request(
              "GET", "/api/open", "x-forwarded-for", "9.9.9.9", "x-forwarded-proto", "https");
      assertThat(client.headers(1, true, asked).answer(1).status()).isEqualTo(200);
      assertThat(upstream.only().header("x-forwarded-for")).isEqualTo("9.9.9.9, 127.0.0.1");
      assertThat(upstream.only().header("x-forwarded-proto")).isEqualTo("https");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "localhost", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "::/129", "a/8"})
  void whatIsNoRangeIsRefused(String range) {
    assertThatThrownBy(() -> trusting(range))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be addresses such as 10.0.0.0/8");
  }
}
