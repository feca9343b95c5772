package io.iworx.gateway.spi;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a gateway finds what tokens do not say of their user. It remembers what it found for a
 * minute. Safe for any thread; blocks; throws when nobody can tell.
 */
@FunctionalInterface
public interface IdentityLookup {

  /**
   * Looks a user up.
   *
   * @param query as the configuration's {@code identity.lookup} says
   * @param subject the verified token's {@code sub}
   * @return empty when there is no such user
   */
  Optional<Found> find(String query, String subject);

  /**
   * What was found.
   *
   * @param organization null for none
   */
  record Found(@Nullable String organization, boolean crossProjectAccess) {}
}
