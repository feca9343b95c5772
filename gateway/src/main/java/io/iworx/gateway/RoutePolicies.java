package io.iworx.gateway;

import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a route's requests before they are forwarded.
 *
 * @param rateLimit how many it takes from one caller; null, the default: as many as come
 * @param filters the names of filters that only this route's requests go through, in order, after
 *     those of all routes; default none
 */
public record RoutePolicies(@Nullable RateLimit rateLimit, List<String> filters) {

  /** Nothing. */
  public static final RoutePolicies NONE = new RoutePolicies(null, List.of());

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

  public RoutePolicies withRateLimit(@Nullable RateLimit newRateLimit) {
    return new RoutePolicies(newRateLimit, filters);
  }

  public RoutePolicies withFilters(List<String> newFilters) {
    return new RoutePolicies(rateLimit, newFilters);
  }
}
