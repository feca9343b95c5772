package io.iworx.gateway;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tokens that were verified lately, so that a token is verified once and not with each request.
 * Remembered by SHA-256, never as text; at most {@value #MAX}, each until it expires and for at
 * most five minutes; all forgotten when the keys change.
 */
final class Tokens {
  private static final int MAX = 10_000;
  private static final Duration MAX_AGE = Duration.ofMinutes(5);

  private record Verified(
      Token token, TokenClaims claims, Instant expires, Instant until, long keyGeneration) {}

  private final TokenVerifier verifier;
  private final Clock clock;
  private final ConcurrentHashMap<ByteBuffer, Verified> verified = new ConcurrentHashMap<>();

  Tokens(TokenVerifier verifier, Clock clock) {
    this.verifier = verifier;
    this.clock = clock;
  }

  TokenCheck check(String token) {
    var key = ByteBuffer.wrap(sha256(token));
    var known = verified.get(key);
    var now = clock.instant();
    if (known != null
        && now.isBefore(known.until())
        && known.keyGeneration() == verifier.keyGeneration()) {
      return new TokenCheck.Valid(known.token(), known.claims(), known.expires());
    }
    return resolve(key, verifier.verify(token));
  }

  private TokenCheck resolve(ByteBuffer key, Verification verification) {
    return switch (verification) {
      case Verification.Genuine(var token, var claims, var expires, var generation) -> {
        remember(key, new Verified(token, claims, expires, earlier(expires), generation));
        yield new TokenCheck.Valid(token, claims, expires);
      }
      case Verification.Refused(var reason) -> new TokenCheck.Invalid(reason);
      case Verification.NoKeys() -> new TokenCheck.Undecided();
      case Verification.Fetching(var later) ->
          new TokenCheck.Waiting(later.thenApply(it -> resolve(key, it)));
    };
  }

  private Instant earlier(Instant expires) {
    var limit = clock.instant().plus(MAX_AGE);
    return expires.isBefore(limit) ? expires : limit;
  }

  private void remember(ByteBuffer key, Verified entry) {
    if (verified.size() >= MAX) {
      var now = clock.instant();
      verified.values().removeIf(it -> !now.isBefore(it.until()));
      if (verified.size() >= MAX) {
        verified.clear(); // cheaper than choosing, and rare: ten thousand callers in five minutes
      }
    }
    verified.put(key, entry);
  }

  private static byte[] sha256(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256.", e);
    }
  }
}
