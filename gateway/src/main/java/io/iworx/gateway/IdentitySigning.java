package io.iworx.gateway;

import io.iworx.correlation.Identity;
import io.iworx.correlation.IdentityToken;
import java.security.PrivateKey;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Says who calls with the gateway's signature. The same is said for half the time that it is good,
 * so that hardly a request costs a signature; at most {@value #MOST} are remembered.
 */
final class IdentitySigning implements Step {
  private static final int MOST = 10_000;

  private record Said(String service, Identity identity, String caller) {}

  private record Signed(String text, Instant until) {}

  private final PrivateKey key;
  private final Clock clock;
  private final ConcurrentHashMap<Said, Signed> signed = new ConcurrentHashMap<>();

  IdentitySigning(PrivateKey key, Clock clock) {
    this.key = key;
    this.clock = clock;
  }

  @Override
  public Verdict apply(Exchange exchange) {
    var caller = exchange.caller();
    if (caller.authenticated()) {
      exchange.signedIdentity(
          text(new Said(exchange.route().service(), caller.identity(), caller.name())));
    }
    return Verdict.PROCEED;
  }

  private String text(Said said) {
    var now = clock.instant();
    var known = signed.get(said);
    if (known != null && now.isBefore(known.until())) {
      return known.text();
    }
    var expires = now.plus(IdentityToken.LIFETIME);
    var text = new IdentityToken(said.service(), said.identity(), said.caller(), expires).sign(key);
    if (signed.size() >= MOST) {
      signed.clear();
    }
    signed.put(said, new Signed(text, now.plus(IdentityToken.LIFETIME.dividedBy(2))));
    return text;
  }
}
