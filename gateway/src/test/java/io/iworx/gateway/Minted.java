package io.iworx.gateway;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens made by hand, right ones and wrong ones. */
final class Minted {
  static final String SECRET = "a-secret-for-tests-of-more-than-32-bytes";

  /** A second before the year 2100: as good as never. */
  static final long LATER = 4_102_444_799L;

  private Minted() {}

  static String user(String user, String organization) {
    return hs256(
        "{\"sub\":\"%s\",\"organization_id\":\"%s\",\"exp\":%d}"
            .formatted(user, organization, LATER));
  }

  static String service(String name) {
    return hs256(
        "{\"role\":\"service_role\",\"service_name\":\"%s\",\"exp\":%d}".formatted(name, LATER));
  }

  static String oldService() {
    return hs256("{\"role\":\"service_role\",\"exp\":%d}".formatted(LATER));
  }

  static String anon() {
    return hs256("{\"role\":\"anon\",\"exp\":%d}".formatted(LATER));
  }

  static String hs256(String claims) {
    return hs256(
        "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", claims, SECRET.getBytes(StandardCharsets.UTF_8));
  }

  static String hs256(String header, String claims, byte[] secret) {
    var signed = part(header) + "." + part(claims);
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      return signed + "." + part(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static String part(String json) {
    return part(json.getBytes(StandardCharsets.UTF_8));
  }

  static String part(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  static long in(long seconds) {
    return Clock.systemUTC().instant().getEpochSecond()
        + seconds; // the gateway under test has the system's clock
  }
}
