package io.iworx.server;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Mints the tokens that a gateway with the same HS256 secret believes. Safe for any thread.
 *
 * <p>The claims are the platform's: {@code role} {@code authenticated} with {@code sub} and {@code
 * organization_id} for a user, {@code service_role} without {@code sub} for a service, {@code anon}
 * for nobody.
 */
public final class Tokens {
  /** Who these tokens say issued them. */
  public static final String ISSUER = "iworx";

  /** How long a token lasts unless said otherwise: one hour. */
  public static final Duration DEFAULT_LIFETIME = Duration.ofHours(1);

  /** HS256 needs a key at least as long as its hash. */
  static final int MIN_SECRET_BYTES = 32;

  private static final Duration RENEW_BEFORE = Duration.ofMinutes(10);

  private final JWSSigner signer;
  private final Clock clock;

  private Tokens(JWSSigner signer, Clock clock) {
    this.signer = signer;
    this.clock = clock;
  }

  /**
   * Tokens signed with the UTF-8 bytes of a secret.
   *
   * @throws CommandException when the secret is shorter than 32 bytes
   */
  public static Tokens of(String secret, Clock clock) {
    var key = secret.getBytes(StandardCharsets.UTF_8);
    if (key.length < MIN_SECRET_BYTES) {
      throw CommandException.unusable(
          "The JWT secret has %d bytes, but HS256 needs at least %d; choose a longer one."
              .formatted(key.length, MIN_SECRET_BYTES));
    }
    try {
      return new Tokens(new MACSigner(key), clock);
    } catch (JOSEException e) {
      throw new IllegalStateException("HS256 is not available in this JDK", e);
    }
  }

  /** A user of an organization. */
  public String user(
      String userId, @Nullable String organizationId, boolean crossProjectAccess, Duration lasts) {
    var claims = claims("authenticated", lasts).subject(userId).audience("authenticated");
    if (organizationId != null) {
      claims.claim("organization_id", organizationId);
    }
    if (crossProjectAccess) {
      claims.claim("cross_project_access", true);
    }
    return sign(claims);
  }

  /** A service, which may assert on whose behalf it calls. */
  public String service(String name, Duration lasts) {
    return sign(claims("service_role", lasts).claim("service_name", name));
  }

  /** Nobody: what a browser sends as {@code apikey} before its user has signed in. */
  public String anonymous(Duration lasts) {
    return sign(claims("anon", lasts));
  }

  /** A service's token that is always valid: renewed well before the last one ends. */
  public Supplier<String> renewed(String serviceName) {
    var last = new AtomicReference<@Nullable Renewable>();
    return () -> {
      var now = clock.instant();
      var known = last.get();
      if (known == null || !now.isBefore(known.renewAt())) {
        known =
            new Renewable(
                service(serviceName, DEFAULT_LIFETIME),
                now.plus(DEFAULT_LIFETIME).minus(RENEW_BEFORE));
        last.set(known);
      }
      return known.token();
    };
  }

  private record Renewable(String token, Instant renewAt) {}

  private JWTClaimsSet.Builder claims(String role, Duration lasts) {
    var now = clock.instant();
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .claim("role", role)
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plus(lasts)));
  }

  private String sign(JWTClaimsSet.Builder claims) {
    var jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims.build());
    try {
      jwt.sign(signer);
    } catch (JOSEException e) {
      throw new IllegalStateException("A token could not be signed", e);
    }
    return jwt.serialize();
  }
}
