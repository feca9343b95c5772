package io.iworx.correlation.servlet;

import io.iworx.correlation.Identity;
import io.iworx.correlation.IdentityToken;
import jakarta.servlet.http.HttpServletRequest;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Identities that the gateway signed for a service. The gateway says the same for half a minute, so
 * each is verified once: at most {@value #MOST} are remembered.
 */
final class SignedIdentities {
  private static final int MOST = 10_000;
  private static final IdentityToken NOBODY =
      new IdentityToken("", Identity.NONE, null, Instant.MAX);

  private final Set<String> services;
  private final List<PublicKey> keys;
  private final Clock clock;
  private final ConcurrentHashMap<String, IdentityToken> verified = new ConcurrentHashMap<>();

  SignedIdentities(Collection<String> services, Collection<PublicKey> keys, Clock clock) {
    this.services = Set.copyOf(services);
    this.keys = List.copyOf(keys);
    this.clock = clock;
  }

  /** Whose request it is; nobody's without the header, null when that is not believed. */
  @Nullable IdentityToken find(HttpServletRequest request) {
    var values = request.getHeaders(IdentityToken.HEADER);
    if (values == null || !values.hasMoreElements()) {
      return NOBODY;
    }
    var value = values.nextElement();
    if (values.hasMoreElements()) {
      return null;
    }
    var known = verified.get(value);
    var token = known == null ? IdentityToken.verify(value, keys).orElse(null) : known;
    if (token == null || !services.contains(token.audience()) || !token.isGoodAt(clock.instant())) {
      verified.remove(value);
      return null;
    }
    if (known == null) {
      if (verified.size() >= MOST) {
        verified.clear(); // cheaper than choosing; all are gone within a minute anyway
      }
      verified.put(value, token);
    }
    return token;
  }
}
