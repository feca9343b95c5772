package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients behind TLS: who gets which certificate, new certificates, and bad ones. */
final class TlsTest {
  private static final String GET = "GET /api/open/1 HTTP/1.1\r\nHost: g\r\n\r\n";
  private static final String LOCAL = "ip:127.0.0.1,dns:localhost";

  @TempDir private static Path keys;
  private static TestCertificate first;
  private static TestCertificate second;

  @TempDir private Path folder;
  private final RecordingUpstream upstream = new RecordingUpstream();

  @BeforeAll
  static void create() throws Exception {
    first = TestCertificate.create(keys, "first", LOCAL + ",dns:one.example");
    second =
        TestCertificate.create(
            keys,
            "second",
            LOCAL + ",dns:two.example,dns:*.two.example",
            "RSA",
            "-keysize",
            "2048");
  }

  @AfterEach
  void stop() throws Exception {
    upstream.close();
  }

  private GatewayConfig config(Tls tls) {
    return GatewayConfig.of(List.of(Route.of("open", upstream.url()).withPublicAccess(true)))
        .withPort(0)
        .withTls(tls);
  }

  private static SSLSocket connect(Gateway gateway, String... protocols) throws Exception {
    var address = gateway.address();
    var socket =
        (SSLSocket)
            TestCertificate.trusting(first, second) // a new one resumes no session
                .getSocketFactory()
                .createSocket(address.getHost(), address.getPort());
    if (protocols.length > 0) {
      socket.setEnabledProtocols(protocols);
    }
    return socket;
  }

  private static Certificate served(Gateway gateway, String host) throws Exception {
    try (var socket = connect(gateway)) {
      var parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(host)));
      socket.setSSLParameters(parameters);
      return socket.getSession().getPeerCertificates()[0];
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void servesRequestsThatAreEncrypted(String protocol) throws Exception {
    try (var gateway = Gateway.start(config(first.tls()), new HopList());
        var client = new RawClient(connect(gateway, protocol))) {
      assertThat(gateway.address().getScheme()).isEqualTo("https");
      assertThat(client.send(GET).answer().status()).isEqualTo(200);
      assertThat(client.send(GET).answer().status()).isEqualTo(200);
      assertThat(upstream.received().getLast().header("x-forwarded-proto")).isEqualTo("https");
    }
  }

  /** EC and RSA by OpenSSL where it is there, all others by the JDK, side by side. */
  @Test
  void servesEveryKindOfKey() throws Exception {
    var third = TestCertificate.create(folder, "third", LOCAL, "Ed25519", "-sigalg", "Ed25519");
    assertThat(provider(third)).isEqualTo(SslProvider.JDK);
    assertThat(provider(first)).isEqualTo(provider(second));
    for (var certificate : List.of(first, second, third)) {
      try (var gateway = Gateway.start(config(certificate.tls()), new HopList());
          var client = new RawClient(connect(gateway, certificate))) {
        assertThat(client.send(GET).answer().status()).isEqualTo(200);
        assertThat(client.send(GET).answer().status()).isEqualTo(200);
      }
    }
  }

  private static SslProvider provider(TestCertificate certificate) {
    return ServerTls.provider(CertifiedKey.read(certificate.tls().certificates().getFirst()).key());
  }

  private static SSLSocket connect(Gateway gateway, TestCertificate trusted) throws Exception {
    var address = gateway.address();
    return (SSLSocket)
        TestCertificate.trusting(trusted)
            .getSocketFactory()
            .createSocket(address.getHost(), address.getPort());
  }

  @Test
  void givesTheCertificateOfTheHostThatIsAskedFor() throws Exception {
    var both =
        first
            .tls()
            .withCertificates(
                List.of(
                    new Tls.Certificate(first.chain(), first.key()),
                    new Tls.Certificate(second.chain(), second.key())));
    try (var gateway = Gateway.start(config(both), new HopList());
        var client = new RawClient(connect(gateway))) {
      assertThat(served(gateway, "one.example")).isEqualTo(first.certificate());
      assertThat(served(gateway, "two.example")).isEqualTo(second.certificate());
      assertThat(served(gateway, "x.two.example")).isEqualTo(second.certificate());
      assertThat(served(gateway, "three.example")).isEqualTo(first.certificate());
      assertThat(client.send(GET).answer().status()).isEqualTo(200); // no host in the handshake
    }
  }

  @Test
  void newConnectionsGetACertificateThatWasRenewed() throws Exception {
    var chain = Files.copy(first.chain(), folder.resolve("chain.pem"));
    var key = Files.copy(first.key(), folder.resolve("key.pem"));
    var file =
        Files.writeString(
            folder.resolve("iworx.yaml"),
            """
            gateway:
              port: 0
              tls:
                certificates:
                  - {chain: chain.pem, key: key.pem}
            routes:
              - {service: open, target: "%s", public: true}
            """
                .formatted(upstream.url()));
    try (var gateway = Gateway.start(GatewayConfig.load(file), new HopList());
        var client = new RawClient(connect(gateway));
        var watch = ConfigWatch.start(gateway, file, () -> GatewayConfig.load(file))) {
      assertThat(client.send(GET).answer().status()).isEqualTo(200);
      Files.copy(second.chain(), chain, StandardCopyOption.REPLACE_EXISTING);
      assertThatThrownBy(watch::reload).hasMessageContaining("which is no RSA key");
      assertThat(served(gateway, "localhost")).isEqualTo(first.certificate());
      Files.copy(second.key(), key, StandardCopyOption.REPLACE_EXISTING);
      await().until(() -> served(gateway, "localhost").equals(second.certificate()));
      assertThat(client.send(GET).answer().status()).isEqualTo(200); // the connection before it
    }
  }

  @Test
  void saysWhatIsWrongWithAFile() throws Exception {
    var none = folder.resolve("none.pem");
    var empty = Files.writeString(folder.resolve("empty.pem"), "");
    var old =
        Files.writeString(
            folder.resolve("old.key"),
            Files.readString(second.key()).replace("PRIVATE KEY", "RSA PRIVATE KEY"));
    assertRefused(Tls.of(none, first.key()), "cannot be read: " + none);
    assertRefused(Tls.of(first.chain(), none), "cannot be read: " + none);
    assertRefused(Tls.of(empty, first.key()), "there are no PEM certificates");
    assertRefused(Tls.of(first.key(), first.key()), "there are no PEM certificates");
    assertRefused(Tls.of(first.chain(), empty), "there is no PKCS#8 key");
    assertRefused(Tls.of(second.chain(), old), "openssl pkcs8 -topk8");
    assertRefused(Tls.of(first.chain(), second.key()), "is no EC key");
    var other = TestCertificate.create(folder, "other", LOCAL);
    assertRefused(Tls.of(first.chain(), other.key()), "not the key of the first certificate");
    assertThatThrownBy(() -> first.tls().withCertificates(List.of()))
        .hasMessageContaining("at least one certificate");
  }

  private void assertRefused(Tls tls, String message) {
    assertThatThrownBy(() -> Gateway.start(config(tls), new HopList()))
        .isInstanceOf(GatewayException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aFileThatCannotBeUsedIsNamedWithLineAndKey() {
    var yaml = "gateway:\n  tls:\n    certificates:\n      - {chain: none.pem, key: none.key}\n";
    assertThatThrownBy(() -> GatewayConfig.parse(yaml, "iworx.yaml"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("iworx.yaml:4")
        .hasMessageContaining("gateway.tls.certificates[0]")
        .hasMessageContaining("cannot be read");
  }

  @Test
  void refusesOldVersionsOfTls() throws Exception {
    try (var gateway = Gateway.start(config(first.tls()), new HopList());
        var socket = connect(gateway)) {
      var old = List.of(socket.getSupportedProtocols()).contains("TLSv1.1");
      assertThat(old).isTrue();
      socket.setEnabledProtocols(new String[] {"TLSv1.1"});
      assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
    }
  }

  /** A record of 9 bytes that begins a ClientHello of 16 MiB, no bytes at all, and plain HTTP. */
  @Test
  void whatIsNoHandshakeInTimeIsClosedWhileOthersAreServed() throws Exception {
    var impatient = first.tls().withHandshakeTimeout(Duration.ofMillis(300));
    for (var tls :
        List.of(
            impatient,
            impatient.withCertificates(
                List.of(
                    new Tls.Certificate(first.chain(), first.key()),
                    new Tls.Certificate(second.chain(), second.key()))))) {
      try (var gateway = Gateway.start(config(tls), new HopList());
          var claiming = plain(gateway);
          var silent = plain(gateway);
          var plain = plain(gateway);
          var good = new RawClient(connect(gateway))) {
        claiming.send(new byte[] {22, 3, 3, 0, 4, 1, -1, -1, -1});
        plain.send(GET);
        assertThat(good.send(GET).answer().status()).isEqualTo(200);
        assertEnds(claiming);
        assertEnds(silent);
        assertEnds(plain);
        assertThat(good.send(GET).answer().status()).isEqualTo(200);
      }
    }
  }

  private static RawClient plain(Gateway gateway) throws IOException {
    return new RawClient(new Socket(gateway.address().getHost(), gateway.address().getPort()));
  }

  private static void assertEnds(RawClient client) throws IOException {
    while (!client.isClosed()) {
      // an alert, perhaps
    }
  }
}
