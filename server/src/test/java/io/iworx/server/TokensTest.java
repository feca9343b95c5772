package io.iworx.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import io.iworx.testing.SettableClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TokensTest {
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

  @Test
  void aServicesTokenIsRenewedWellBeforeItEnds() throws Exception {
    var clock = SettableClock.at(NOON);
    var token = Tokens.of("0123456789abcdef0123456789abcdef", clock).renewed("asset-service");
    var first = token.get();
    clock.advance(Duration.ofMinutes(49));
    assertThat(token.get()).isSameAs(first);
    clock.advance(Duration.ofMinutes(1));
    var second = token.get();
    assertThat(second).isNotEqualTo(first);
    assertThat(SignedJWT.parse(second).getJWTClaimsSet().getExpirationTime().toInstant())
        .isEqualTo(NOON.plus(Duration.ofMinutes(110)));
  }
}
