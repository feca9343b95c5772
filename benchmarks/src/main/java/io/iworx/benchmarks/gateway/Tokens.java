package io.iworx.benchmarks.gateway;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A user's token, and the secret it is signed with. */
final class Tokens {
  static final String SECRET = "a secret of this benchmark, longer than 32 bytes";

  private Tokens() {}

  static String user() {
    String signed =
        part("{\"alg\":\"HS256\",\"typ\":\"JWT\"}")
            + "."
            // Until a second before the year 2100.
            + part("{\"sub\":\"user-1\",\"organization_id\":\"org-1\",\"exp\":4102444799}");
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      byte[] signature = mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JDK has HmacSHA256.", e);
    }
  }

  private static String part(String json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }
}
