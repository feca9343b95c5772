package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.iworx.correlation.FailureKind.Permanent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that cannot prove who it is gets no request. */
class TlsTest {
  private static final char[] PASSWORD = "only for this test".toCharArray();

  @Test
  void aCertificateNobodyVouchesForIsPermanentAndNothingIsSent(@TempDir Path folder)
      throws Exception {
    var served = new AtomicInteger();
    var server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(selfSigned(folder.resolve("keys.p12"))));
    server.createContext(
        "/",
        exchange -> {
          served.incrementAndGet();
          TestGateway.answer(exchange, 200, "application/json", "{}");
        });
    server.start();
    var gateway = URI.create("https://127.0.0.1:" + server.getAddress().getPort());
    try (var client = ServiceClient.create("work-order-service", ClientSettings.of(gateway))) {
      assertThat(client.get("/assets/1", Void.class))
          .isInstanceOfSatisfying(
              Failure.class,
              failure -> {
                assertThat(failure.kind()).isEqualTo(new Permanent());
                assertThat(failure.error())
                    .isEqualTo("The gateway's TLS certificate is not trusted, so nothing was sent");
              });
      assertThat(served).hasValue(0);
    } finally {
      server.stop(0);
    }
  }

  private static SSLContext selfSigned(Path file) throws Exception {
    var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    var made =
        new ProcessBuilder(
                List.of(
                    keytool,
                    "-genkeypair",
                    "-keyalg",
                    "EC",
                    "-alias",
                    "gateway",
                    "-validity",
                    "2",
                    "-dname",
                    "CN=localhost",
                    "-ext",
                    "san=ip:127.0.0.1",
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    file.toString(),
                    "-storepass",
                    new String(PASSWORD)))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(made.waitFor(60, TimeUnit.SECONDS)).isTrue();
    var keys = KeyStore.getInstance("PKCS12");
    try (var in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD);
    }
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD);
    var context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }
}
