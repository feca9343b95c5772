package io.iworx.gateway;

import io.iworx.correlation.Identity;
import java.time.Clock;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A genuine token's claims: whether it is in time and meant for us, and whose it is. */
final class ClaimsReader {
  /** What may become a header: visible ASCII without the comma that would make two of one. */
  private static final Pattern VALUE = Pattern.compile("[\\x21-\\x2b\\x2d-\\x7e]{1,256}");

  private static final long MAX_TIME = 253_402_300_799L; // the year 9999

  private final Auth auth;
  private final Clock clock;

  ClaimsReader(Auth auth, Clock clock) {
    this.auth = auth;
    this.clock = clock;
  }

  Verification read(JsonNode claims, long keyGeneration) {
    try {
      var expires = time(claims, "exp");
      if (expires == null) {
        return new Verification.Refused("exp is missing");
      }
      var limit = expires.plus(auth.clockSkew());
      var refusal = refusal(claims, limit);
      return refusal == null
          ? new Verification.Genuine(
              token(claims), TokenClaims.of(claims, auth.claims().role()), limit, keyGeneration)
          : new Verification.Refused(refusal);
    } catch (MalformedClaimException e) {
      return new Verification.Refused(String.valueOf(e.getMessage()));
    }
  }

  private @Nullable String refusal(JsonNode claims, Instant limit) {
    var now = clock.instant();
    if (!now.isBefore(limit)) {
      return "it has expired";
    }
    var notBefore = time(claims, "nbf");
    if (notBefore != null && now.plus(auth.clockSkew()).isBefore(notBefore)) {
      return "it is not valid yet";
    }
    var issuer = auth.issuer();
    if (issuer != null && !issuer.equals(textOrNull(claims.path("iss")))) {
      return "the issuer is another";
    }
    var audience = auth.audience();
    return audience != null && !isFor(claims.path("aud"), audience)
        ? "the audience is another"
        : null;
  }

  private static boolean isFor(JsonNode claim, String audience) {
    if (claim.isArray()) {
      for (var item : claim) {
        if (audience.equals(textOrNull(item))) {
          return true;
        }
      }
      return false;
    }
    return audience.equals(textOrNull(claim));
  }

  private static @Nullable String textOrNull(JsonNode node) {
    return node.isString() ? node.asString() : null;
  }

  private Token token(JsonNode claims) {
    var user = value(claims, "sub");
    if (user != null) {
      return new Token.OfUser(new Identity(user, organization(claims), crossProject(claims)));
    }
    var role = textOrNull(claims.path(auth.claims().role()));
    return role != null && auth.serviceRoles().contains(role)
        ? new Token.OfService(value(claims, auth.claims().service()))
        : new Token.OfNobody();
  }

  private @Nullable String organization(JsonNode claims) {
    var name = auth.claims().organization();
    var top = value(claims, name);
    return top != null ? top : value(claims.path("app_metadata"), name);
  }

  private boolean crossProject(JsonNode claims) {
    var name = auth.claims().crossProjectAccess();
    var top = claims.path(name);
    return truth(isAbsent(top) ? claims.path("app_metadata").path(name) : top, name);
  }

  private static boolean truth(JsonNode claim, String name) {
    if (isAbsent(claim)) {
      return false;
    }
    if (claim.isBoolean()) {
      return claim.asBoolean();
    }
    return switch (textOrNull(claim)) {
      case "true" -> true;
      case "false" -> false;
      case null, default -> throw new MalformedClaimException(name);
    };
  }

  private static @Nullable String value(JsonNode claims, String name) {
    var claim = claims.path(name);
    if (isAbsent(claim)) {
      return null;
    }
    if (!claim.isString() || !VALUE.matcher(claim.asString()).matches()) {
      throw new MalformedClaimException(name);
    }
    return claim.asString();
  }

  private static @Nullable Instant time(JsonNode claims, String name) {
    var claim = claims.path(name);
    if (isAbsent(claim)) {
      return null;
    }
    if (!claim.isNumber() || claim.asDouble() < 0 || claim.asDouble() > MAX_TIME) {
      throw new MalformedClaimException(name);
    }
    return Instant.ofEpochSecond((long) claim.asDouble());
  }

  private static boolean isAbsent(JsonNode claim) {
    return claim.isMissingNode() || claim.isNull();
  }

  private static final class MalformedClaimException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedClaimException(String name) {
      super("the claim " + name + " is malformed", null, false, false);
    }
  }
}
