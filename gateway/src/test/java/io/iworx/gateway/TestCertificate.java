package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate that certifies itself, as the PEM files a server is given, and for Java's TLS. */
record TestCertificate(Path chain, Path key, KeyStore store) {
  private static final char[] PASSWORD = "password".toCharArray();

  /** Makes one for names such as {@code ip:127.0.0.1,dns:localhost}. */
  static TestCertificate create(Path folder, String name, String names) throws Exception {
    return create(folder, name, names, "EC", "-groupname", "secp256r1");
  }

  static TestCertificate create(
      Path folder, String name, String names, String algorithm, String... size) throws Exception {
    var keys = folder.resolve(name + ".p12");
    keytool(keys, names, algorithm, size);
    var store = KeyStore.getInstance("PKCS12");
    try (var in = new FileInputStream(keys.toFile())) {
      store.load(in, PASSWORD);
    }
    return new TestCertificate(
        Files.writeString(
            folder.resolve(name + ".pem"),
            pem("CERTIFICATE", store.getCertificate("a").getEncoded())),
        Files.writeString(
            folder.resolve(name + ".key"),
            pem("PRIVATE KEY", store.getKey("a", PASSWORD).getEncoded())),
        store);
  }

  private static void keytool(Path keys, String names, String algorithm, String... size)
      throws Exception {
    var command =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            "a",
            "-keyalg",
            algorithm,
            size[0],
            size[1],
            "-dname",
            "CN=test",
            "-ext",
            "san=" + names,
            "-validity",
            "2",
            "-keystore",
            keys.toString(),
            "-storetype",
            "PKCS12",
            "-storepass",
            new String(PASSWORD));
    var process = command.redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  static String pem(String what, byte[] bytes) {
    var base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n";
  }

  Certificate certificate() throws Exception {
    return store.getCertificate("a");
  }

  Tls tls() {
    return Tls.of(chain, key);
  }

  /** For a server that has this certificate. */
  SSLContext server() throws Exception {
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  /** For a client that trusts these certificates and no others. */
  static SSLContext trusting(TestCertificate... certificates) throws Exception {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    for (var each : certificates) {
      store.setCertificateEntry(each.chain().toString(), each.certificate());
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
