package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Targets behind TLS: reached when their certificate is trusted and theirs, otherwise not at all.
 */
final class HttpsTargetTest {
  private static final String GET = "GET /api/open/1 HTTP/1.1\r\nHost: g\r\n\r\n";

  @TempDir private Path folder;

  private ServerSocket listen(String names) throws Exception {
    return TestCertificate.create(folder, "ca", names)
        .server()
        .getServerSocketFactory()
        .createServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }

  private static GatewayConfig config(String host, RecordingUpstream upstream) {
    var target =
        URI.create("https://" + host + ":" + upstream.port() + "/functions/v1/open-service");
    return GatewayConfig.of(List.of(Route.of("open", target).withPublicAccess(true))).withPort(0);
  }

  @Test
  void reachesATargetWhoseAuthorityIsTrusted() throws Exception {
    try (var upstream = new RecordingUpstream(listen("ip:127.0.0.1,dns:localhost"))) {
      for (var host : List.of("127.0.0.1", "localhost")) {
        var config = config(host, upstream).withTrustedCertificates(folder.resolve("ca.pem"));
        try (var gateway = Gateway.start(config, new HopList());
            var client = new RawClient(gateway.address())) {
          assertThat(client.send(GET).answer().status()).isEqualTo(200);
          assertThat(client.send(GET).answer().status()).isEqualTo(200);
          var got = upstream.received().getLast();
          assertThat(got.requestLine()).isEqualTo("GET /functions/v1/open-service/1 HTTP/1.1");
          assertThat(got.header("host")).isEqualTo(host + ":" + upstream.port());
        }
      }
    }
  }

  @Test
  void refusesATargetWhoseAuthorityIsNotTrusted() throws Exception {
    try (var upstream = new RecordingUpstream(listen("ip:127.0.0.1"));
        var gateway = Gateway.start(config("127.0.0.1", upstream), new HopList())) {
      var answer = RawClient.ask(gateway, GET);
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.body()).doesNotContain("certificat", "PKIX");
      assertThat(upstream.received()).isEmpty();
    }
  }

  @Test
  void refusesATargetWithAnotherNamesCertificate() throws Exception {
    try (var upstream = new RecordingUpstream(listen("dns:other.example"));
        var gateway =
            Gateway.start(
                config("127.0.0.1", upstream).withTrustedCertificates(folder.resolve("ca.pem")),
                new HopList())) {
      assertThat(RawClient.ask(gateway, GET).status()).isEqualTo(503);
      assertThat(upstream.received()).isEmpty();
    }
  }
}
