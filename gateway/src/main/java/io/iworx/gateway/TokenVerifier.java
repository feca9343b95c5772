package io.iworx.gateway;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Verifies JWTs: HS256 by the shared secret, everything else by the key set; which of the two is
 * decided by the algorithm, so that a public key is never taken for a secret. Header parameters
 * that bring keys along or that must be understood are refused.
 */
final class TokenVerifier {
  private static final Set<String> REFUSED_PARAMETERS =
      Set.of("crit", "jku", "jwk", "x5u", "x5c", "b64", "zip", "enc");
  private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/at+jwt");
  private static final int MAX_KEY_ID = 256;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final @Nullable KeySet keys;
  private final ClaimsReader claims;
  private final @Nullable JWSVerifier secret;

  TokenVerifier(Auth auth, @Nullable KeySet keys, Clock clock) {
    this.keys = keys;
    this.claims = new ClaimsReader(auth, clock);
    this.secret = secret(auth.hs256Secret());
  }

  private static @Nullable JWSVerifier secret(@Nullable String text) {
    try {
      return text == null ? null : new MACVerifier(text.getBytes(StandardCharsets.UTF_8));
    } catch (JOSEException e) {
      throw new GatewayException("The HS256 secret cannot be used; it needs 32 bytes.", e);
    }
  }

  /** Changes when the keys do. */
  long keyGeneration() {
    return keys == null ? 0 : keys.generation();
  }

  Verification verify(String token) {
    try {
      return verify(SignedToken.of(token), true);
    } catch (ParseException | JacksonException | IllegalArgumentException e) {
      return new Verification.Refused("malformed");
    }
  }

  private Verification verify(SignedToken token, boolean mayFetch) {
    var refusal = refusal(token.headerJson());
    if (refusal != null) {
      return new Verification.Refused(refusal);
    }
    var algorithm = token.header().getAlgorithm().getName();
    if (algorithm.equals("HS256")) {
      return secret == null
          ? new Verification.Refused("HS256 is not configured")
          : judge(token, holds(secret, token), 0);
    }
    if (keys == null || !KeySet.ALGORITHMS.contains(algorithm)) {
      return new Verification.Refused("the algorithm is not allowed");
    }
    return byKeySet(keys, token, mayFetch);
  }

  private Verification byKeySet(KeySet keySet, SignedToken token, boolean mayFetch) {
    var generation = keySet.generation();
    var key = keySet.find(token.header());
    if (key != null) {
      return judge(token, holds(key, token), generation);
    }
    var fetch = mayFetch ? keySet.fetchForUnknownKey() : null;
    if (fetch != null) {
      return new Verification.Fetching(fetch.thenApply(_ -> verify(token, false)));
    }
    return keySet.usable()
        ? new Verification.Refused("the key is unknown")
        : new Verification.NoKeys();
  }

  private static @Nullable String refusal(JsonNode header) {
    for (var name : header.propertyNames()) {
      if (REFUSED_PARAMETERS.contains(name)) {
        return "the header has " + name;
      }
    }
    var type = header.path("typ");
    if (!type.isMissingNode()
        && !(type.isString() && TYPES.contains(type.asString().toLowerCase(Locale.ROOT)))) {
      return "the type is no JWT";
    }
    var keyId = header.path("kid");
    if (!keyId.isMissingNode() && !(keyId.isString() && keyId.asString().length() <= MAX_KEY_ID)) {
      return "the key id is malformed";
    }
    return null;
  }

  private static boolean holds(JWSVerifier verifier, SignedToken token) {
    try {
      return verifier.verify(token.header(), token.signed(), token.signature());
    } catch (JOSEException e) {
      return false;
    }
  }

  private Verification judge(SignedToken token, boolean signatureHolds, long generation) {
    return signatureHolds
        ? claims.read(token.claimsJson(), generation)
        : new Verification.Refused("the signature does not hold");
  }

  /** The parts of a token, read strictly: a member twice is no JSON here. */
  private record SignedToken(
      JWSHeader header,
      JsonNode headerJson,
      JsonNode claimsJson,
      @SuppressWarnings("ArrayRecordComponent") byte[] signed,
      Base64URL signature) {

    static SignedToken of(String token) throws ParseException {
      var first = token.indexOf('.');
      var second = token.indexOf('.', first + 1);
      var header = token.substring(0, first);
      return new SignedToken(
          JWSHeader.parse(new Base64URL(header)),
          object(header),
          object(token.substring(first + 1, second)),
          token.substring(0, second).getBytes(StandardCharsets.US_ASCII),
          new Base64URL(token.substring(second + 1)));
    }

    private static JsonNode object(String part) {
      var json = JSON.readTree(Base64.getUrlDecoder().decode(part));
      if (!json.isObject()) {
        throw new IllegalArgumentException("A token's parts are JSON objects.");
      }
      return json;
    }
  }
}
