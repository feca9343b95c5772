package io.iworx.gateway;

import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a route's requests before they are forwarded, and done to them.
 *
 * @param requirement what a caller must be; default anything
 * @param rateLimit how many it takes from one caller; null, the default: as many as come
 * @param shedding how many it has under way; null, the default: as many as come
 * @param requestHeaders what is changed in a request's header; default nothing
 * @param answerHeaders what is changed in the header of the service's answer; default nothing
 * @param idempotency whether a request with an {@code idempotency-key} happens once: the key is
 *     kept for 24 hours with the answer, which a repetition gets; default false
 * @param cors which web pages may read its answers; null, the default: those of the configuration
 * @param canary other targets that get a part of the requests; null, the default: none
 * @param filters the names of filters that only this route's requests go through, in order, after
 *     those of all routes; default none
 */
public record RoutePolicies(
    Requirement requirement,
    @Nullable RateLimit rateLimit,
    @Nullable LoadShedding shedding,
    HeaderChanges requestHeaders,
    HeaderChanges answerHeaders,
    boolean idempotency,
    @Nullable Cors cors,
    @Nullable Canary canary,
    List<String> filters) {

  /** Nothing. */
  public static final RoutePolicies NONE =
      new RoutePolicies(
          Requirement.NONE,
          null,
          null,
          HeaderChanges.NONE,
          HeaderChanges.NONE,
          false,
          null,
          null,
          List.of());

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
    return new RoutePolicies(
        newRequirement,
        rateLimit,
        shedding,
        requestHeaders,
        answerHeaders,
        idempotency,
        cors,
        canary,
        filters);
  }

  public RoutePolicies withRateLimit(@Nullable RateLimit newRateLimit) {
    return new RoutePolicies(
        requirement,
        newRateLimit,
        shedding,
        requestHeaders,
        answerHeaders,
        idempotency,
        cors,
        canary,
        filters);
  }

  public RoutePolicies withShedding(@Nullable LoadShedding newShedding) {
    return new RoutePolicies(
        requirement,
        rateLimit,
        newShedding,
        requestHeaders,
        answerHeaders,
        idempotency,
        cors,
        canary,
        filters);
  }

  public RoutePolicies withRequestHeaders(HeaderChanges newRequestHeaders) {
    return new RoutePolicies(
        requirement,
        rateLimit,
        shedding,
        newRequestHeaders,
        answerHeaders,
        idempotency,
        cors,
        canary,
        filters);
  }

  public RoutePolicies withAnswerHeaders(HeaderChanges newAnswerHeaders) {
    return new RoutePolicies(
        requirement,
        rateLimit,
        shedding,
        requestHeaders,
        newAnswerHeaders,
        idempotency,
        cors,
        canary,
        filters);
  }

  public RoutePolicies withIdempotency(boolean newIdempotency) {
    return new RoutePolicies(
        requirement,
        rateLimit,
        shedding,
        requestHeaders,
        answerHeaders,
        newIdempotency,
        cors,
        canary,
        filters);
  }

  public RoutePolicies withCors(@Nullable Cors newCors) {
    return new RoutePolicies(
        requirement,
        rateLimit,
        shedding,
        requestHeaders,
        answerHeaders,
        idempotency,
        newCors,
        canary,
        filters);
  }

  public RoutePolicies withCanary(@Nullable Canary newCanary) {
    return new RoutePolicies(
        requirement,
        rateLimit,
        shedding,
        requestHeaders,
        answerHeaders,
        idempotency,
        cors,
        newCanary,
        filters);
  }

  public RoutePolicies withFilters(List<String> newFilters) {
    return new RoutePolicies(
        requirement,
        rateLimit,
        shedding,
        requestHeaders,
        answerHeaders,
        idempotency,
        cors,
        canary,
        newFilters);
  }

  /**
   * How many requests a route's service has at a time: as many as it answers without becoming
   * slower, found while it runs. What comes beyond is answered 503 with {@code retry-after} at
   * once, so that those let through are answered in time.
   *
   * @param min as many are always let through; at least 1
   * @param max never more, in all event loops together; at most 100,000
   */
  public record LoadShedding(int min, int max) {
    private static final int MOST = 100_000;

    /** 10 to 1,000 requests. */
    public static final LoadShedding DEFAULT = new LoadShedding(10, 1_000);

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException with a sentence, when they are none
     */
    public LoadShedding {
      if (min < 1 || max < min || max > MOST) {
        throw new IllegalArgumentException("min must be 1 to max, and max at most 100000.");
      }
    }
  }

  /**
   * Headers that a route sets and takes away. Values are sent as they are written: nothing in them
   * is evaluated. What is the gateway's cannot be changed.
   *
   * @param set names and values, in place of those there are; default none
   * @param remove names; default none
   */
  public record HeaderChanges(Map<String, String> set, Set<String> remove) {

    /** None. */
    public static final HeaderChanges NONE = new HeaderChanges(Map.of(), Set.of());

    /**
     * Checks names and values.
     *
     * @throws IllegalArgumentException with a sentence, when one cannot be used
     */
    public HeaderChanges {
      set = Map.copyOf(set);
      remove = Set.copyOf(remove);
      set.forEach(HeaderField::checkChange);
      remove.forEach(HeaderField::checkChange);
      if (set.values().stream().anyMatch(it -> it.contains("${") || it.contains("#{"))) {
        throw new IllegalArgumentException(
            "A header's value is sent as it is written; ${…} and #{…} have no meaning here.");
      }
    }
  }

  /**
   * Other targets that get a part of a route's requests: a new version, tried with a few. They have
   * connections, health and ejections of their own; while none of them can be chosen, the route's
   * own targets get everything.
   *
   * @param percent how many of a hundred requests, 0 to 100
   */
  public record Canary(List<URI> targets, int percent) {
    private static final int ALL = 100;

    /**
     * Checks each part.
     *
     * @throws IllegalArgumentException with a sentence, when one cannot be used
     */
    public Canary {
      targets = List.copyOf(targets);
      targets.forEach(Route::checkTarget);
      if (targets.isEmpty() || targets.stream().distinct().count() < targets.size()) {
        throw new IllegalArgumentException("must name targets, each once.");
      }
      if (percent < 0 || percent > ALL) {
        throw new IllegalArgumentException("percent must be 0 to 100.");
      }
    }
  }
}
