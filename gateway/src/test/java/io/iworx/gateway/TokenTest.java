package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.opts.AllowWeakRSAKey;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.iworx.correlation.Identity;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final byte[] SECRET = Minted.SECRET.getBytes(StandardCharsets.UTF_8);
  private static final String CLAIMS = "{\"sub\":\"u\",\"exp\":" + Minted.LATER + "}";

  private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
  private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
  private final AtomicReference<String> published = new AtomicReference<>("");
  private final AtomicInteger fetches = new AtomicInteger();

  private Tokens tokens(Auth auth) {
    return new Tokens(new TokenVerifier(auth, null, clock), clock);
  }

  private TokenCheck check(String token) {
    return tokens(Auth.hs256(Minted.SECRET)).check(token);
  }

  private static Token valid(TokenCheck check) {
    assertThat(check).isInstanceOf(TokenCheck.Valid.class);
    return ((TokenCheck.Valid) check).token();
  }

  private static String claims(String more) {
    return "{\"exp\":" + Minted.LATER + "," + more + "}";
  }

  @Test
  void tellsUsersServicesAndNobodyApart() {
    assertThat(
            valid(
                check(
                    Minted.hs256(
                        claims(
                            "\"sub\":\"u\",\"organization_id\":\"o\",\"cross_project_access\":true")))))
        .isEqualTo(new Token.OfUser(new Identity("u", "o", true)));
    assertThat(valid(check(Minted.service("assets")))).isEqualTo(new Token.OfService("assets"));
    assertThat(valid(check(Minted.oldService()))).isEqualTo(new Token.OfService(null));
    assertThat(valid(check(Minted.anon()))).isEqualTo(new Token.OfNobody());
    // A user cannot be a service, whatever the role says.
    assertThat(valid(check(Minted.hs256(claims("\"sub\":\"u\",\"role\":\"service_role\"")))))
        .isEqualTo(new Token.OfUser(Identity.of("u", null)));
  }

  @Test
  void takesTheOrganizationFromAppMetadataButNeverFromUserMetadata() {
    var app =
        "\"sub\":\"u\",\"app_metadata\":{\"organization_id\":\"o\",\"cross_project_access\":true}";
    var user =
        "\"sub\":\"u\",\"user_metadata\":{\"organization_id\":\"o\",\"cross_project_access\":true}";
    assertThat(valid(check(Minted.hs256(claims(app)))))
        .isEqualTo(new Token.OfUser(new Identity("u", "o", true)));
    assertThat(valid(check(Minted.hs256(claims(user)))))
        .isEqualTo(new Token.OfUser(new Identity("u", null, false)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"alg\":\"none\"}",
        "{\"alg\":\"None\"}",
        "{\"alg\":\"NONE\"}",
        "{\"alg\":\"hs256\"}",
        "{\"alg\":\"HS384\"}",
        "{\"alg\":\"HS512\"}",
        "{\"alg\":\"RS256\"}",
        "{\"alg\":\"ES256\"}",
        "{\"alg\":\"dir\"}",
        "{\"alg\":[\"HS256\"]}",
        "{}",
        "[]",
        "{\"alg\":\"HS256\",\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}",
        "{\"alg\":\"HS256\",\"crit\":[]}",
        "{\"alg\":\"HS256\",\"jku\":\"http://127.0.0.1:1/\"}",
        "{\"alg\":\"HS256\",\"x5u\":\"http://127.0.0.1:1/\"}",
        "{\"alg\":\"HS256\",\"x5c\":[\"AAAA\"]}",
        "{\"alg\":\"HS256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}}",
        "{\"alg\":\"HS256\",\"b64\":false}",
        "{\"alg\":\"HS256\",\"zip\":\"DEF\"}",
        "{\"alg\":\"HS256\",\"typ\":\"JWE\"}",
        "{\"alg\":\"HS256\",\"typ\":1}",
        "{\"alg\":\"HS256\",\"kid\":7}",
      })
  void refusesHeadersThatChooseTheirOwnRules(String header) {
    assertThat(check(Minted.hs256(header, CLAIMS, SECRET))).isInstanceOf(TokenCheck.Invalid.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"sub\":\"u\"}",
        "{\"sub\":\"u\",\"exp\":null}",
        "{\"sub\":\"u\",\"exp\":\"4102444799\"}",
        "{\"sub\":\"u\",\"exp\":-1}",
        "{\"sub\":\"u\",\"exp\":1e999}",
        "{\"sub\":\"u\",\"exp\":1}",
        "{\"sub\":\"u\",\"exp\":4102444799,\"exp\":4102444799}",
        "{\"sub\":\"u\",\"sub\":\"v\",\"exp\":4102444799}",
        "{\"sub\":\"u\",\"exp\":4102444799,\"nbf\":4102444000}",
        "{\"sub\":\"u\\r\\nx-user-id: v\",\"exp\":4102444799}",
        "{\"sub\":\"u,v\",\"exp\":4102444799}",
        "{\"sub\":\"\\u00fc\",\"exp\":4102444799}",
        "{\"sub\":[\"u\"],\"exp\":4102444799}",
        "{\"sub\":7,\"exp\":4102444799}",
        "{\"sub\":\"\",\"exp\":4102444799}",
        "{\"sub\":\"u\",\"organization_id\":\"a b\",\"exp\":4102444799}",
        "{\"sub\":\"u\",\"organization_id\":{},\"exp\":4102444799}",
        "{\"sub\":\"u\",\"cross_project_access\":1,\"exp\":4102444799}",
        "{\"sub\":\"u\",\"cross_project_access\":\"yes\",\"exp\":4102444799}",
        "[]",
        "7",
        "\"x\"",
        "",
      })
  void refusesClaimsThatAreMissingLateOrMalformed(String claims) {
    assertThat(check(Minted.hs256(claims))).isInstanceOf(TokenCheck.Invalid.class);
  }

  @Test
  void refusesLongClaimsAndForeignSignatures() {
    assertThat(check(Minted.hs256(claims("\"sub\":\"" + "x".repeat(10_240) + "\""))))
        .isInstanceOf(TokenCheck.Invalid.class);
    var other = "another-secret-of-more-than-thirty-two-bytes".getBytes(StandardCharsets.UTF_8);
    var forged = Minted.hs256("{\"alg\":\"HS256\"}", CLAIMS, other);
    assertThat(check(forged)).isInstanceOf(TokenCheck.Invalid.class);
    var good = Minted.hs256(CLAIMS);
    var unsigned = good.substring(0, good.lastIndexOf('.') + 1);
    assertThat(check(unsigned)).isInstanceOf(TokenCheck.Invalid.class);
    assertThat(check(unsigned + "AAAA")).isInstanceOf(TokenCheck.Invalid.class);
    assertThat(check("..")).isInstanceOf(TokenCheck.Invalid.class);
    assertThat(check("!.!.!")).isInstanceOf(TokenCheck.Invalid.class);
  }

  @Test
  void allowsForClocksThatDifferWithinTheSkew() {
    var expired = NOW.getEpochSecond() - 29;
    assertThat(check(Minted.hs256("{\"sub\":\"u\",\"exp\":" + expired + "}")))
        .isInstanceOf(TokenCheck.Valid.class);
    assertThat(check(Minted.hs256("{\"sub\":\"u\",\"exp\":" + (expired - 2) + "}")))
        .isInstanceOf(TokenCheck.Invalid.class);
  }

  @Test
  void aRememberedTokenStillExpires() {
    var tokens = tokens(Auth.hs256(Minted.SECRET));
    var token = Minted.hs256("{\"sub\":\"u\",\"exp\":" + (NOW.getEpochSecond() + 60) + "}");
    assertThat(tokens.check(token)).isInstanceOf(TokenCheck.Valid.class);
    now.set(NOW.plusSeconds(89));
    assertThat(tokens.check(token)).isInstanceOf(TokenCheck.Valid.class);
    now.set(NOW.plusSeconds(91));
    assertThat(tokens.check(token)).isInstanceOf(TokenCheck.Invalid.class);
  }

  @Test
  void checksIssuerAndAudienceWhereConfigured() {
    var tokens = tokens(Auth.hs256(Minted.SECRET).withIssuer("us").withAudience("them"));
    for (var good : List.of("\"them\"", "[\"x\",\"them\"]")) {
      assertThat(tokens.check(Minted.hs256(claims("\"sub\":\"u\",\"iss\":\"us\",\"aud\":" + good))))
          .isInstanceOf(TokenCheck.Valid.class);
    }
    for (var bad :
        List.of(
            "\"iss\":\"us\"",
            "\"aud\":\"them\"",
            "\"iss\":\"us\",\"aud\":\"themselves\"",
            "\"iss\":[\"us\"],\"aud\":\"them\"",
            "\"iss\":\"us\",\"aud\":[7]")) {
      assertThat(tokens.check(Minted.hs256(claims("\"sub\":\"u\"," + bad))))
          .isInstanceOf(TokenCheck.Invalid.class);
    }
  }

  private KeySet keySet() {
    return new KeySet(
        () -> {
          fetches.incrementAndGet();
          return published.get();
        },
        clock);
  }

  private Tokens withKeys(KeySet keys, Auth auth) {
    return new Tokens(new TokenVerifier(auth, keys, clock), clock);
  }

  private static TokenCheck settled(TokenCheck check) throws Exception {
    return check instanceof TokenCheck.Waiting(var later)
        ? later.toCompletableFuture().get(10, TimeUnit.SECONDS)
        : check;
  }

  private static String signed(JWSAlgorithm algorithm, String keyId, JWSSigner signer)
      throws Exception {
    var header = new JWSHeader.Builder(algorithm).type(JOSEObjectType.JWT).keyID(keyId).build();
    var token = new JWSObject(header, new Payload(CLAIMS));
    token.sign(signer);
    return token.serialize();
  }

  @Test
  void verifiesByTheKeySet() throws Exception {
    var rsa = new RSAKeyGenerator(2048).keyID("r").generate();
    var ec = new ECKeyGenerator(Curve.P_256).keyID("e").generate();
    published.set(new JWKSet(List.of(rsa.toPublicJWK(), ec.toPublicJWK())).toString());
    var tokens = withKeys(keySet(), Auth.NONE);

    assertThat(settled(tokens.check(signed(JWSAlgorithm.RS256, "r", new RSASSASigner(rsa)))))
        .isInstanceOf(TokenCheck.Valid.class);
    assertThat(settled(tokens.check(signed(JWSAlgorithm.PS512, "r", new RSASSASigner(rsa)))))
        .isInstanceOf(TokenCheck.Valid.class);
    assertThat(settled(tokens.check(signed(JWSAlgorithm.ES256, "e", new ECDSASigner(ec)))))
        .isInstanceOf(TokenCheck.Valid.class);
    assertThat(fetches).hasValue(1);
    // A key id of one kind of key with the algorithm of another, and an unknown key: no.
    assertThat(settled(tokens.check(signed(JWSAlgorithm.RS256, "e", new RSASSASigner(rsa)))))
        .isInstanceOf(TokenCheck.Invalid.class);
    assertThat(settled(tokens.check(signed(JWSAlgorithm.RS256, "../r", new RSASSASigner(rsa)))))
        .isInstanceOf(TokenCheck.Invalid.class);
    assertThat(fetches).hasValue(1); // too soon after the last fetch
  }

  @Test
  void aPublicKeyIsNeverTakenForASecret() throws Exception {
    var rsa = new RSAKeyGenerator(2048).keyID("r").generate();
    published.set(new JWKSet(rsa.toPublicJWK()).toString());
    for (var auth : List.of(Auth.NONE, Auth.hs256(Minted.SECRET))) {
      var tokens = withKeys(keySet(), auth);
      var confused = rsa.toRSAPublicKey().getEncoded();
      var token = Minted.hs256("{\"alg\":\"HS256\",\"kid\":\"r\"}", CLAIMS, confused);
      assertThat(settled(tokens.check(token))).isInstanceOf(TokenCheck.Invalid.class);
    }
  }

  @Test
  void keysForOtherPurposesOrTooShortDoNotCount() throws Exception {
    var rsa = new RSAKeyGenerator(2048).keyID("r").generate();
    var token = signed(JWSAlgorithm.RS256, "r", new RSASSASigner(rsa));
    var others =
        List.of(
            new RSAKey.Builder(rsa.toPublicJWK()).keyUse(KeyUse.ENCRYPTION).build(),
            new RSAKey.Builder(rsa.toPublicJWK()).algorithm(JWSAlgorithm.RS512).build());
    for (var other : others) {
      published.set(new JWKSet(other).toString());
      assertThat(settled(withKeys(keySet(), Auth.NONE).check(token)))
          .isInstanceOf(TokenCheck.Invalid.class);
    }
    var weak = new RSAKeyGenerator(1024, true).keyID("w").generate();
    published.set(new JWKSet(weak.toPublicJWK()).toString());
    var weakly =
        signed(
            JWSAlgorithm.RS256,
            "w",
            new RSASSASigner(weak.toPrivateKey(), Set.of(AllowWeakRSAKey.getInstance())));
    assertThat(settled(withKeys(keySet(), Auth.NONE).check(weakly)))
        .isInstanceOf(TokenCheck.Invalid.class);
  }

  @Test
  void verifiesEd25519() throws Exception {
    var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    var encoded = pair.getPublic().getEncoded();
    var x = Minted.part(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
    published.set(
        "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"d\",\"x\":\"" + x + "\"}]}");
    var text = Minted.part("{\"alg\":\"EdDSA\",\"kid\":\"d\"}") + "." + Minted.part(CLAIMS);
    var signature = Signature.getInstance("Ed25519");
    signature.initSign(pair.getPrivate());
    signature.update(text.getBytes(StandardCharsets.US_ASCII));
    var bytes = signature.sign();
    var tokens = withKeys(keySet(), Auth.NONE);

    assertThat(settled(tokens.check(text + "." + Minted.part(bytes))))
        .isInstanceOf(TokenCheck.Valid.class);
    bytes[0] ^= 1;
    assertThat(settled(tokens.check(text + "." + Minted.part(bytes))))
        .isInstanceOf(TokenCheck.Invalid.class);
  }

  @Test
  void learnsARotatedKeyAndForgetsTheOldOne() throws Exception {
    var first = new RSAKeyGenerator(2048).keyID("1").generate();
    var second = new RSAKeyGenerator(2048).keyID("2").generate();
    published.set(new JWKSet(first.toPublicJWK()).toString());
    var tokens = withKeys(keySet(), Auth.NONE);
    var old = signed(JWSAlgorithm.RS256, "1", new RSASSASigner(first));
    assertThat(settled(tokens.check(old))).isInstanceOf(TokenCheck.Valid.class);

    published.set(new JWKSet(second.toPublicJWK()).toString());
    now.set(NOW.plus(KeySet.UNKNOWN_KEY_PAUSE));
    assertThat(settled(tokens.check(signed(JWSAlgorithm.RS256, "2", new RSASSASigner(second)))))
        .isInstanceOf(TokenCheck.Valid.class);
    assertThat(settled(tokens.check(old))).isInstanceOf(TokenCheck.Invalid.class);
    assertThat(fetches).hasValue(2);
  }

  @Test
  void oldKeysServeOnForAWhileWhenTheAddressIsDown() throws Exception {
    var rsa = new RSAKeyGenerator(2048).keyID("r").generate();
    published.set(new JWKSet(rsa.toPublicJWK()).toString());
    var keys = keySet();
    var token = signed(JWSAlgorithm.RS256, "r", new RSASSASigner(rsa));
    assertThat(settled(withKeys(keys, Auth.NONE).check(token)))
        .isInstanceOf(TokenCheck.Valid.class);

    for (var garbage : List.of("", "<html>", "{\"keys\":[]}", "[]")) {
      published.set(garbage);
      now.set(now.get().plus(KeySet.REFRESH));
      assertThat(settled(withKeys(keys, Auth.NONE).check(token)))
          .isInstanceOf(TokenCheck.Valid.class);
    }
    now.set(NOW.plus(KeySet.MAX_STALENESS));
    assertThat(settled(withKeys(keys, Auth.NONE).check(token)))
        .isInstanceOf(TokenCheck.Undecided.class);
    now.set(now.get().plus(Duration.ofSeconds(1)));
    assertThat(settled(withKeys(keys, Auth.NONE).check(token)))
        .isInstanceOf(TokenCheck.Undecided.class);
  }
}
