package io.iworx.gateway;

import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a route's requests before they are forwarded.
 *
 * @param requirement what a caller must be; default anything
 * @param rateLimit how many it takes from one caller; null, the default: as many as come
 * @param idempotency whether a request with an {@code idempotency-key} happens once: the key is
 *     kept for 24 hours with the answer, which a repetition gets; default false
 * @param filters the names of filters that only this route's requests go through, in order, after
 *     those of all routes; default none
 */
public record RoutePolicies(
    Requirement requirement,
    @Nullable RateLimit rateLimit,
    boolean idempotency,
    List<String> filters) {

  /** Nothing. */
  public static final RoutePolicies NONE =
      new RoutePolicies(Requirement.NONE, null, false, List.of());

  /**
   * Checks each part.
   *
   * @throws IllegalArgumentException with a sentence, when one cannot be used
   */
  public RoutePolicies {
    filters = List.copyOf(filters);
    if (new HashSet<>(filters).size() < filters.size()) {
      throw new IllegalArgumentException("must not name a filter twice.");
    }
  }

  public RoutePolicies withRequirement(Requirement newRequirement) {
    return new RoutePolicies(newRequirement, rateLimit, idempotency, filters);
  }

  public RoutePolicies withRateLimit(@Nullable RateLimit newRateLimit) {
    return new RoutePolicies(requirement, newRateLimit, idempotency, filters);
  }

  public RoutePolicies withIdempotency(boolean newIdempotency) {
    return new RoutePolicies(requirement, rateLimit, newIdempotency, filters);
  }

  public RoutePolicies withFilters(List<String> newFilters) {
    return new RoutePolicies(requirement, rateLimit, idempotency, newFilters);
  }
}
