package io.iworx.gateway;

import io.iworx.correlation.Identity;
import org.jspecify.annotations.Nullable;

/** What a verified token says. */
sealed interface Token {

  /** A user's token: it has a {@code sub}. */
  record OfUser(Identity identity) implements Token {}

  /**
   * A service's token: no {@code sub}, a role that is configured as a service's.
   *
   * @param name the service it was made for; null when the token does not say
   */
  record OfService(@Nullable String name) implements Token {}

  /** Neither ({@code anon}): good for public routes only. */
  record OfNobody() implements Token {}
}
