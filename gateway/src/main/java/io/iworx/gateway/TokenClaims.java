package io.iworx.gateway;

import java.util.HashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * What a route may require of a caller: the roles and claims of a verified token. Like identity
 * they are looked for at the top level and in {@code app_metadata}, never in {@code user_metadata},
 * which users can write.
 *
 * @param roles of the role claim and of {@code roles}
 */
record TokenClaims(Set<String> roles, JsonNode json) {
  /** Of a caller of whom nothing was proved. */
  static final TokenClaims NONE = new TokenClaims(Set.of(), MissingNode.getInstance());

  static TokenClaims of(JsonNode json, String roleClaim) {
    var roles = new HashSet<String>();
    for (var place : new JsonNode[] {json, json.path("app_metadata")}) {
      add(roles, place.path(roleClaim));
      add(roles, place.path("roles"));
    }
    return new TokenClaims(Set.copyOf(roles), json);
  }

  /** Roles that were not proved by a token. */
  static TokenClaims ofRoles(Set<String> roles) {
    return new TokenClaims(roles, MissingNode.getInstance());
  }

  private static void add(Set<String> roles, JsonNode claim) {
    if (claim.isString()) {
      roles.add(claim.asString());
    }
    if (claim.isArray()) {
      claim.forEach(it -> add(roles, it));
    }
  }

  /** Whether a claim has the value, or is a list that has it. */
  boolean has(String name, String value) {
    var top = json.path(name);
    return has(top.isMissingNode() ? json.path("app_metadata").path(name) : top, value);
  }

  private static boolean has(JsonNode claim, String value) {
    if (claim.isArray()) {
      for (var item : claim) {
        if (item.isValueNode() && item.asString().equals(value)) {
          return true;
        }
      }
      return false;
    }
    return claim.isValueNode() && !claim.isNull() && claim.asString().equals(value);
  }
}
