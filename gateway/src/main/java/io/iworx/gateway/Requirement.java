package io.iworx.gateway;

import java.util.Map;
import java.util.Set;

/**
 * What a caller must be to use a route, 403 else; whoever proves nothing gets 401. A service that
 * calls for a user is judged by its own token.
 *
 * @param roles one of which the token's role, or its list {@code roles}, must have; empty for any
 * @param claims names and the value each must have, or hold in a list; empty for none
 */
public record Requirement(Set<String> roles, Map<String, String> claims) {

  /** Nothing. */
  public static final Requirement NONE = new Requirement(Set.of(), Map.of());

  public Requirement {
    roles = Set.copyOf(roles);
    claims = Map.copyOf(claims);
  }

  /** One of these roles. */
  public static Requirement ofRoles(String... roles) {
    return new Requirement(Set.of(roles), Map.of());
  }

  public Requirement withClaims(Map<String, String> newClaims) {
    return new Requirement(roles, newClaims);
  }

  /** The step of a route that requires something. */
  Verdict check(Exchange exchange) {
    var caller = exchange.caller();
    if (!caller.authenticated()) {
      return new Verdict.Refuse(Problem.UNAUTHORIZED);
    }
    return isMetBy(caller.claims()) ? Verdict.PROCEED : new Verdict.Refuse(Problem.FORBIDDEN);
  }

  private boolean isMetBy(TokenClaims found) {
    if (!roles.isEmpty() && roles.stream().noneMatch(found.roles()::contains)) {
      return false;
    }
    for (var claim : claims.entrySet()) {
      if (!found.has(claim.getKey(), claim.getValue())) {
        return false;
      }
    }
    return true;
  }
}
