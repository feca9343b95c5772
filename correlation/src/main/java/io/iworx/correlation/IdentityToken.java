package io.iworx.correlation;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whose request it is, as the gateway says it to one service with its signature: the header {@value
 * #HEADER}, a JWT with {@code alg} EdDSA (Ed25519). Who has the public key believes nobody else.
 *
 * @param audience the service it is for, as the route names it
 * @param identity on whose behalf the request is made
 * @param callingService who calls
 * @param expires until when it is good
 */
public record IdentityToken(
    String audience, Identity identity, @Nullable String callingService, Instant expires) {

  /** The header's name. */
  public static final String HEADER = "x-iworx-identity";

  /** How long one is good at most. */
  public static final Duration LIFETIME = Duration.ofSeconds(60);

  /** By how much the clocks of gateway and service may differ. */
  public static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

  private static final String ISSUER = "iworx-gateway";
  private static final String ALGORITHM = "Ed25519";
  private static final int MOST_CHARACTERS = 4096;
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final String JOSE_HEADER =
      ENCODER.encodeToString(
          "{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8));

  /**
   * The token as the header's value.
   *
   * @throws IllegalArgumentException when the key is no Ed25519 key
   */
  public String sign(PrivateKey key) {
    var signed =
        JOSE_HEADER + "." + encoded(FlatJson.write(claims()).getBytes(StandardCharsets.UTF_8));
    try {
      var signature = Signature.getInstance(ALGORITHM);
      signature.initSign(key);
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + encoded(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("The key is no private Ed25519 key.", e);
    }
  }

  private Map<String, Object> claims() {
    var claims = new LinkedHashMap<String, Object>();
    claims.put("iss", ISSUER);
    claims.put("aud", audience);
    putIfKnown(claims, "sub", identity.userId());
    putIfKnown(claims, "organization_id", identity.organizationId());
    if (identity.crossProjectAccess()) {
      claims.put("cross_project_access", true);
    }
    putIfKnown(claims, "caller", callingService);
    claims.put("exp", expires.getEpochSecond());
    return claims;
  }

  private static void putIfKnown(Map<String, Object> claims, String name, @Nullable String value) {
    if (value != null) {
      claims.put(name, value);
    }
  }

  private static String encoded(byte[] bytes) {
    return ENCODER.encodeToString(bytes);
  }

  /**
   * The token that a header's value is, if one of the keys signed it: for any audience and whatever
   * the time, which the receiver must look at.
   */
  public static Optional<IdentityToken> verify(String text, Collection<PublicKey> keys) {
    var parts = text.split("\\.", -1);
    if (text.length() > MOST_CHARACTERS || parts.length != 3 || !parts[0].equals(JOSE_HEADER)) {
      return Optional.empty();
    }
    try {
      var signed = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
      var signature = Base64.getUrlDecoder().decode(parts[2]);
      for (var key : keys) {
        if (holds(key, signed, signature)) {
          return Optional.ofNullable(read(Base64.getUrlDecoder().decode(parts[1])));
        }
      }
    } catch (IllegalArgumentException e) {
      // no base64url, or no claims: as good as no signature
    }
    return Optional.empty();
  }

  private static boolean holds(PublicKey key, byte[] signed, byte[] signature) {
    try {
      var verifier = Signature.getInstance(ALGORITHM);
      verifier.initVerify(key);
      verifier.update(signed);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false; // another kind of key, or a signature of another length
    }
  }

  private static @Nullable IdentityToken read(byte[] json) {
    var claims = FlatJson.read(new String(json, StandardCharsets.UTF_8));
    if (!ISSUER.equals(claims.get("iss"))
        || !(claims.get("aud") instanceof String audience)
        || !(claims.get("exp") instanceof Long expires)) {
      return null;
    }
    return new IdentityToken(
        audience,
        new Identity(
            text(claims.get("sub")),
            text(claims.get("organization_id")),
            Boolean.TRUE.equals(claims.get("cross_project_access"))),
        text(claims.get("caller")),
        Instant.ofEpochSecond(expires));
  }

  private static @Nullable String text(@Nullable Object value) {
    return value instanceof String text ? text : null;
  }

  /** Whether it is still good, whatever small difference clocks have. */
  public boolean isGoodAt(Instant now) {
    return now.isBefore(expires.plus(CLOCK_SKEW));
  }
}
