package io.iworx.gateway;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public keys that tokens are signed with, fetched from one address off the event loops. Keys
 * are fetched again every five minutes, and at most every ten seconds because of a token whose key
 * is unknown. While the address is down the last keys serve on, for at most an hour; then no token
 * can be verified.
 */
final class KeySet {
  static final Set<String> ALGORITHMS =
      Set.of(
          "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
          "Ed25519");

  static final Duration REFRESH = Duration.ofMinutes(5);
  static final Duration MAX_STALENESS = Duration.ofHours(1);
  static final Duration UNKNOWN_KEY_PAUSE = Duration.ofSeconds(10);
  private static final int MIN_RSA_BITS = 2048;
  private static final Logger log = LoggerFactory.getLogger(KeySet.class);

  private record Fetched(List<JWK> keys, Instant at, long generation, String text) {}

  /** Where the key set comes from. Blocks; throws whatever went wrong. */
  @FunctionalInterface
  interface Source {
    String fetch() throws Exception;
  }

  private final Source source;
  private final Clock clock;
  private final AtomicReference<Fetched> fetched =
      new AtomicReference<>(new Fetched(List.of(), Instant.MIN, 0, ""));
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable CompletableFuture<Boolean> underWay;
  private Instant lastAttempt = Instant.MIN;

  KeySet(Source source, Clock clock) {
    this.source = source;
    this.clock = clock;
  }

  long generation() {
    return fetched.get().generation();
  }

  /** Whether there are keys that are young enough to be believed. */
  boolean usable() {
    var now = fetched.get();
    return !now.keys().isEmpty() && clock.instant().isBefore(now.at().plus(MAX_STALENESS));
  }

  /** The verifier for a token's header; null when no believed key fits it. */
  @Nullable JWSVerifier find(JWSHeader header) {
    if (!usable()) {
      return null;
    }
    refreshWhenOld();
    var fitting = fetched.get().keys().stream().filter(it -> fits(it, header)).toList();
    return fitting.size() == 1 ? verifier(fitting.getFirst()) : null;
  }

  private void refreshWhenOld() {
    if (!clock.instant().isBefore(fetched.get().at().plus(REFRESH))) {
      fetchSoon();
    }
  }

  /** Fetches in the background, unless that was tried a moment ago. */
  void fetchSoon() {
    var _ = fetchForUnknownKey();
  }

  private static boolean fits(JWK key, JWSHeader header) {
    var algorithm = header.getAlgorithm();
    if (header.getKeyID() != null && !header.getKeyID().equals(key.getKeyID())) {
      return false;
    }
    if (key.getAlgorithm() != null && !key.getAlgorithm().getName().equals(algorithm.getName())) {
      return false;
    }
    if (key.getKeyUse() != null && !KeyUse.SIGNATURE.equals(key.getKeyUse())) {
      return false;
    }
    if (key.getKeyOperations() != null && !key.getKeyOperations().contains(KeyOperation.VERIFY)) {
      return false;
    }
    var name = algorithm.getName();
    return switch (key) {
      case RSAKey rsa ->
          (name.startsWith("RS") || name.startsWith("PS")) && rsa.size() >= MIN_RSA_BITS;
      case ECKey ec ->
          name.startsWith("ES") && Curve.forJWSAlgorithm(algorithm).contains(ec.getCurve());
      case OctetKeyPair okp -> name.startsWith("Ed") && Curve.Ed25519.equals(okp.getCurve());
      default -> false;
    };
  }

  private static @Nullable JWSVerifier verifier(JWK key) {
    try {
      return switch (key) {
        case RSAKey rsa -> new RSASSAVerifier(rsa);
        case ECKey ec -> new ECDSAVerifier(ec);
        case OctetKeyPair okp -> new Ed25519Signature(okp.getDecodedX());
        default -> null;
      };
    } catch (JOSEException e) {
      log.warn("[API Gateway] A key of the key set cannot be used: {}", e.getMessage());
      return null;
    }
  }

  /** A fetch that is under way or begins now; null when the last one was too short ago. */
  @Nullable CompletableFuture<Boolean> fetchForUnknownKey() {
    lock.lock();
    try {
      if (underWay != null) {
        return underWay;
      }
      var now = clock.instant();
      if (lastAttempt.isAfter(now.minus(UNKNOWN_KEY_PAUSE))) {
        return null;
      }
      lastAttempt = now;
      var begun = new CompletableFuture<Boolean>();
      underWay = begun;
      Thread.ofVirtual().name("iworx-gateway-keys").start(() -> fetchInto(begun));
      return begun;
    } finally {
      lock.unlock();
    }
  }

  private void fetchInto(CompletableFuture<Boolean> result) {
    var succeeded = false;
    try {
      take(source.fetch());
      succeeded = true;
    } catch (Exception e) { // whatever is wrong over there, the last keys serve on
      log.warn("[API Gateway] The key set cannot be fetched: {}", e.toString());
    } finally {
      lock.lock();
      try {
        underWay = null;
      } finally {
        lock.unlock();
      }
      result.complete(succeeded);
    }
  }

  private void take(String text) throws ParseException {
    var last = fetched.get();
    var keys = text.equals(last.text()) ? last.keys() : JWKSet.parse(text).getKeys();
    if (keys.isEmpty()) {
      throw new ParseException("the key set is empty", 0);
    }
    var changed = !text.equals(last.text());
    fetched.set(
        new Fetched(
            keys, clock.instant(), changed ? last.generation() + 1 : last.generation(), text));
  }
}
