package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Targets behind TLS: reached when their certificate is trusted and theirs, otherwise not at all.
 */
final class HttpsTargetTest {
  private static final String GET = "GET /api/open/1 HTTP/1.1\r\nHost: g\r\n\r\n";
  private static final char[] PASSWORD = "password".toCharArray();

  @TempDir private Path folder;

  private ServerSocket listen(String names) throws Exception {
    keytool(
        "-genkeypair",
        "-alias",
        "a",
        "-keyalg",
        "EC",
        "-groupname",
        "secp256r1",
        "-dname",
        "CN=test",
        "-ext",
        "san=" + names,
        "-validity",
        "2");
    keytool("-exportcert", "-rfc", "-alias", "a", "-file", folder.resolve("ca.pem").toString());
    var store = KeyStore.getInstance("PKCS12");
    try (var in = new FileInputStream(folder.resolve("keys").toFile())) {
      store.load(in, PASSWORD);
    }
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context
        .getServerSocketFactory()
        .createServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }

  private void keytool(String... arguments) throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(
        List.of(
            "-keystore",
            folder.resolve("keys").toString(),
            "-storetype",
            "PKCS12",
            "-storepass",
            new String(PASSWORD)));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
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
