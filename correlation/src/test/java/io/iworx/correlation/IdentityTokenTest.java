package io.iworx.correlation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityTokenTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final KeyPair KEYS = pair("Ed25519");
  private static final KeyPair OTHERS = pair("Ed25519");
  private static final IdentityToken TOKEN =
      new IdentityToken(
          "assets", new Identity("a\"d\\a", "acme", true), "inventory", NOW.plusSeconds(60));

  private static KeyPair pair(String algorithm) {
    try {
      return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static String signed(String header, String claims, PrivateKey key) throws Exception {
    var text = part(header) + "." + part(claims);
    var signature = Signature.getInstance("Ed25519");
    signature.initSign(key);
    signature.update(text.getBytes(StandardCharsets.US_ASCII));
    return text + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
  }

  private static String part(String json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void isReadAsItWasSigned() {
    var text = TOKEN.sign(KEYS.getPrivate());
    assertThat(text).matches("[A-Za-z0-9_.-]+");
    assertThat(IdentityToken.verify(text, List.of(OTHERS.getPublic(), KEYS.getPublic())))
        .contains(TOKEN);
    var plain = new IdentityToken("assets", Identity.NONE, null, NOW);
    assertThat(IdentityToken.verify(plain.sign(KEYS.getPrivate()), List.of(KEYS.getPublic())))
        .contains(plain);
  }

  @Test
  void isNobodyElses() {
    var text = TOKEN.sign(OTHERS.getPrivate());
    assertThat(IdentityToken.verify(text, List.of(KEYS.getPublic()))).isEmpty();
    assertThat(IdentityToken.verify(text, List.of())).isEmpty();
    var mine = TOKEN.sign(KEYS.getPrivate());
    var other = new IdentityToken("assets", Identity.of("eve", "acme"), null, NOW);
    var mixed =
        mine.substring(0, mine.indexOf('.') + 1)
            + other.sign(OTHERS.getPrivate()).split("\\.", -1)[1]
            + mine.substring(mine.lastIndexOf('.'));
    assertThat(IdentityToken.verify(mixed, List.of(KEYS.getPublic()))).isEmpty();
  }

  @Test
  void isGoodForItsTimeAndWhatClocksDiffer() {
    assertThat(TOKEN.isGoodAt(NOW)).isTrue();
    assertThat(TOKEN.isGoodAt(NOW.plusSeconds(89))).isTrue();
    assertThat(TOKEN.isGoodAt(NOW.plus(Duration.ofSeconds(90)))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"alg\":\"none\",\"typ\":\"JWT\"}",
        "{\"alg\":\"HS256\"}",
        "{\"alg\":\"EdDSA\"}"
      })
  void hasOneHeader(String header) throws Exception {
    var text =
        signed(header, "{\"iss\":\"iworx-gateway\",\"aud\":\"a\",\"exp\":1}", KEYS.getPrivate());
    assertThat(IdentityToken.verify(text, List.of(KEYS.getPublic()))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"iss\":\"other\",\"aud\":\"a\",\"exp\":1}",
        "{\"iss\":\"iworx-gateway\",\"exp\":1}",
        "{\"iss\":\"iworx-gateway\",\"aud\":\"a\"}",
        "{\"iss\":\"iworx-gateway\",\"aud\":\"a\",\"exp\":\"1\"}",
        "{\"iss\":\"iworx-gateway\",\"aud\":\"a\",\"exp\":1,\"exp\":2}",
        "{\"iss\":\"iworx-gateway\",\"aud\":[\"a\"],\"exp\":1}",
        "{\"iss\":\"iworx-gateway\",\"aud\":\"a\",\"exp\":1,}",
        "[]",
        "not json"
      })
  void hasItsClaims(String claims) throws Exception {
    var text = signed("{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}", claims, KEYS.getPrivate());
    assertThat(IdentityToken.verify(text, List.of(KEYS.getPublic()))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a.b.c", "a.b.c.d", "\u00e9.b.c"})
  void isThreeParts(String text) {
    assertThat(IdentityToken.verify(text, List.of(KEYS.getPublic()))).isEmpty();
    assertThat(IdentityToken.verify("x".repeat(1 << 20), List.of(KEYS.getPublic()))).isEmpty();
  }

  @Test
  void needsTheRightKindOfKey() {
    assertThatThrownBy(() -> TOKEN.sign(pair("RSA").getPrivate()))
        .hasMessage("The key is no private Ed25519 key.");
    var text = TOKEN.sign(KEYS.getPrivate());
    assertThat(IdentityToken.verify(text, List.of(pair("RSA").getPublic()))).isEmpty();
  }

  @Test
  void readsWhatItWrites() {
    var members =
        Map.<String, Object>of("a", "\\\"/{}:,", "b", true, "c", Long.valueOf(-7), "d", "");
    assertThat(FlatJson.read(FlatJson.write(members))).isEqualTo(members);
    assertThat(FlatJson.read(" { \"a\" : \"b\" , \"c\":1 } ")).isEqualTo(Map.of("a", "b", "c", 1L));
  }
}
