package io.iworx.gateway;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.Identity;
import org.jspecify.annotations.Nullable;

/**
 * Who a request comes from, as far as it was proved.
 *
 * @param name the calling service; {@code external} for everyone else
 * @param identity whose request it is
 * @param authenticated whether a token proved it
 * @param causationId what caused the call; believed from services only
 * @param attempt which try of the call this is; believed from services only
 * @param claims what a route may require
 */
record Caller(
    String name,
    Identity identity,
    boolean authenticated,
    @Nullable String causationId,
    @Nullable String attempt,
    TokenClaims claims) {

  /** Nobody in particular. */
  static final Caller ANONYMOUS =
      new Caller(Correlation.EXTERNAL, Identity.NONE, false, null, null, TokenClaims.NONE);

  /** Whether a service calls, and which one is known. */
  boolean isService() {
    return !name.equals(Correlation.EXTERNAL);
  }

  static Caller user(Identity identity, TokenClaims claims) {
    return new Caller(Correlation.EXTERNAL, identity, true, null, null, claims);
  }
}
