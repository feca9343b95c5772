package io.iworx.gateway;

import java.util.HashSet;
import java.util.List;

/**
 * What is asked of a route's requests before they are forwarded.
 *
 * @param filters the names of filters that only this route's requests go through, in order, after
 *     those of all routes; default none
 */
public record RoutePolicies(List<String> filters) {

  /** Nothing. */
  public static final RoutePolicies NONE = new RoutePolicies(List.of());

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

  public RoutePolicies withFilters(List<String> newFilters) {
    return new RoutePolicies(newFilters);
  }
}
