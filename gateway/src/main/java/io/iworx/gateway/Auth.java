package io.iworx.gateway;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How callers prove who they are. With neither a secret nor a key set no token is valid, so that
 * only public routes answer.
 *
 * @param hs256Secret the secret of HS256 tokens, at least 32 bytes as UTF-8; null: HS256 is refused
 * @param jwks where the public keys of RS, PS, ES and EdDSA tokens are; null: these are refused
 * @param issuer what {@code iss} must be; null: not checked
 * @param audience what {@code aud} must contain; null: not checked
 * @param claims the names of the claims
 * @param serviceRoles the values of the role claim that make a token without {@code sub} a
 *     service's; default {@code service_role}
 * @param clockSkew by how much clocks may differ when {@code exp} and {@code nbf} are checked;
 *     default 30 s, at most 5 minutes
 * @param apiKeys who may send a key in {@code apikey} in place of a token; default nobody
 * @param lookup the query, with one {@code ?} for the token's {@code sub}, that finds the
 *     organization of users whose tokens do not say it; null: they have none
 * @param identityKey the Ed25519 key that the gateway signs {@code x-iworx-identity} with; null: it
 *     sends none
 */
public record Auth(
    @Nullable String hs256Secret,
    @Nullable URI jwks,
    @Nullable String issuer,
    @Nullable String audience,
    Claims claims,
    Set<String> serviceRoles,
    Duration clockSkew,
    List<ApiKey> apiKeys,
    @Nullable String lookup,
    @Nullable PrivateKey identityKey) {

  /** The default {@link #clockSkew()}: 30 seconds. */
  public static final Duration DEFAULT_CLOCK_SKEW = Duration.ofSeconds(30);

  /** The default {@link #serviceRoles()}. */
  public static final Set<String> DEFAULT_SERVICE_ROLES = Set.of("service_role");

  /** No token is valid. */
  public static final Auth NONE =
      new Auth(
          null,
          null,
          null,
          null,
          Claims.DEFAULT,
          DEFAULT_SERVICE_ROLES,
          DEFAULT_CLOCK_SKEW,
          List.of(),
          null,
          null);

  private static final int MIN_SECRET_BYTES = 32;

  /**
   * Checks each part.
   *
   * @throws IllegalArgumentException with a sentence, when one cannot be used
   */
  public Auth {
    if (hs256Secret != null
        && hs256Secret.getBytes(StandardCharsets.UTF_8).length < MIN_SECRET_BYTES) {
      throw new IllegalArgumentException(
          "is a secret of fewer than 32 bytes, too short for HS256; use at least 32.");
    }
    if (jwks != null) {
      Route.checkTarget(jwks);
    }
    serviceRoles = Set.copyOf(serviceRoles);
    if (clockSkew.isNegative() || clockSkew.compareTo(Duration.ofMinutes(5)) > 0) {
      throw new IllegalArgumentException("must be between 0s and 5m.");
    }
    apiKeys = List.copyOf(apiKeys);
    if (apiKeys.stream().map(ApiKey::sha256).distinct().count() < apiKeys.size()) {
      throw new IllegalArgumentException("must not have a key twice.");
    }
    if (lookup != null && lookup.chars().filter(it -> it == '?').count() != 1) {
      throw new IllegalArgumentException("must have one ? for the token's sub.");
    }
    if (identityKey != null && !identityKey.getAlgorithm().equals("EdDSA")) {
      throw new IllegalArgumentException("must be an Ed25519 key.");
    }
  }

  /** Tokens signed with a shared secret. */
  public static Auth hs256(String secret) {
    return NONE.withHs256Secret(secret);
  }

  public Auth withHs256Secret(@Nullable String newSecret) {
    return new Auth(
        newSecret,
        jwks,
        issuer,
        audience,
        claims,
        serviceRoles,
        clockSkew,
        apiKeys,
        lookup,
        identityKey);
  }

  public Auth withJwks(@Nullable URI newJwks) {
    return new Auth(
        hs256Secret,
        newJwks,
        issuer,
        audience,
        claims,
        serviceRoles,
        clockSkew,
        apiKeys,
        lookup,
        identityKey);
  }

  public Auth withIssuer(@Nullable String newIssuer) {
    return new Auth(
        hs256Secret,
        jwks,
        newIssuer,
        audience,
        claims,
        serviceRoles,
        clockSkew,
        apiKeys,
        lookup,
        identityKey);
  }

  public Auth withAudience(@Nullable String newAudience) {
    return new Auth(
        hs256Secret,
        jwks,
        issuer,
        newAudience,
        claims,
        serviceRoles,
        clockSkew,
        apiKeys,
        lookup,
        identityKey);
  }

  public Auth withClaims(Claims newClaims) {
    return new Auth(
        hs256Secret,
        jwks,
        issuer,
        audience,
        newClaims,
        serviceRoles,
        clockSkew,
        apiKeys,
        lookup,
        identityKey);
  }

  public Auth withServiceRoles(Set<String> newServiceRoles) {
    return new Auth(
        hs256Secret,
        jwks,
        issuer,
        audience,
        claims,
        newServiceRoles,
        clockSkew,
        apiKeys,
        lookup,
        identityKey);
  }

  public Auth withClockSkew(Duration newClockSkew) {
    return new Auth(
        hs256Secret,
        jwks,
        issuer,
        audience,
        claims,
        serviceRoles,
        newClockSkew,
        apiKeys,
        lookup,
        identityKey);
  }

  public Auth withApiKeys(List<ApiKey> newApiKeys) {
    return new Auth(
        hs256Secret,
        jwks,
        issuer,
        audience,
        claims,
        serviceRoles,
        clockSkew,
        newApiKeys,
        lookup,
        identityKey);
  }

  public Auth withLookup(@Nullable String newLookup) {
    return new Auth(
        hs256Secret,
        jwks,
        issuer,
        audience,
        claims,
        serviceRoles,
        clockSkew,
        apiKeys,
        newLookup,
        identityKey);
  }

  public Auth withIdentityKey(@Nullable PrivateKey newIdentityKey) {
    return new Auth(
        hs256Secret,
        jwks,
        issuer,
        audience,
        claims,
        serviceRoles,
        clockSkew,
        apiKeys,
        lookup,
        newIdentityKey);
  }

  /** Without secrets, so that they reach no log. */
  @Override
  public String toString() {
    return "Auth[hs256Secret=%s, jwks=%s, issuer=%s, audience=%s]"
        .formatted(hs256Secret == null ? "none" : "set", jwks, issuer, audience);
  }

  /**
   * The names of the claims identity is read from. Organization and cross-project access are looked
   * for at the top level, then in {@code app_metadata}; never in {@code user_metadata}, which users
   * can write.
   *
   * @param organization default {@code organization_id}
   * @param crossProjectAccess a boolean; default {@code cross_project_access}
   * @param role default {@code role}, top level only
   * @param service names the calling service in a service's token; default {@code service_name},
   *     top level only
   */
  public record Claims(
      String organization, String crossProjectAccess, String role, String service) {

    /** The platform's claim names. */
    public static final Claims DEFAULT =
        new Claims("organization_id", "cross_project_access", "role", "service_name");
  }
}
