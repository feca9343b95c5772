package io.iworx.benchmarks.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/**
 * A certificate for 127.0.0.1 that certifies itself, as the PEM files that every proxy reads.
 *
 * @param chain the certificate
 * @param key its key, on the curve P-256
 */
record SelfSigned(Path chain, Path key) {
  private static final String PASSWORD = "password";

  /** Where that of a run is. */
  static SelfSigned in(Path folder) {
    return new SelfSigned(folder.resolve("tls.pem"), folder.resolve("tls.key"));
  }

  /** Makes it, by the keytool of this JDK. */
  void create() throws IOException, InterruptedException {
    Path store = chain.resolveSibling("tls.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "proxy",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                "2",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .start();
    String output =
        new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool made no certificate: " + output);
    }
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD.toCharArray());
      Files.writeString(chain, pem("CERTIFICATE", keys.getCertificate("proxy").getEncoded()));
      Files.writeString(
          key, pem("PRIVATE KEY", keys.getKey("proxy", PASSWORD.toCharArray()).getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IOException("What keytool made cannot be read.", e);
    }
  }

  private static String pem(String what, byte[] bytes) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n";
  }
}
