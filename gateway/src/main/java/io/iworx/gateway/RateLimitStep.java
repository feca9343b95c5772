package io.iworx.gateway;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Counts a route's requests by caller, and refuses those beyond its limit. */
final class RateLimitStep implements Step {
  private static final int MOST_CHARACTERS = 128;
  private static final int PREFIX_GROUPS = 4;

  /** How the requests of one caller are counted. */
  @FunctionalInterface
  interface Counting {
    Verdict take();
  }

  private final RateLimit limit;
  private final RecentCallers<Counting> named;
  private final RecentCallers<Counting> addresses;

  private RateLimitStep(
      RateLimit limit, RecentCallers<Counting> named, RecentCallers<Counting> addresses) {
    this.limit = limit;
    this.named = named;
    this.addresses = addresses;
  }

  /** A limit that this gateway counts alone. */
  static RateLimitStep local(RateLimit limit, int mostCallers) {
    return new RateLimitStep(
        limit,
        new RecentCallers<>(mostCallers, _ -> local(limit)),
        new RecentCallers<>(mostCallers, _ -> local(limit)));
  }

  private static Counting local(RateLimit limit) {
    var bucket = new TokenBucket(limit, 1, System.nanoTime());
    return () -> verdict(bucket.take(System.nanoTime()));
  }

  /** A limit that gateways count together. */
  static RateLimitStep shared(Route route, RateLimit limit, Leases leases) {
    var place =
        "%s%s %s by %s"
            .formatted(
                route.service(),
                route.match().path(),
                route.match(),
                limit.by().name().toLowerCase(Locale.ROOT) + limit.header());
    return new RateLimitStep(
        limit,
        new RecentCallers<>(
            RateLimit.MOST_CALLERS, it -> leases.bucket(limit, place + " " + it)::take),
        new RecentCallers<>(
            RateLimit.MOST_CALLERS, it -> leases.bucket(limit, place + " at " + it)::take));
  }

  static Verdict verdict(long waitNanos) {
    return waitNanos == 0
        ? Verdict.PROCEED
        : new Verdict.Refuse(Problem.tooManyRequests(TokenBucket.seconds(waitNanos)));
  }

  RateLimit limit() {
    return limit;
  }

  /** Whether callers can be told apart, and refused, before their tokens are looked at. */
  boolean needsNoIdentity() {
    return limit.by() == RateLimit.By.ADDRESS || limit.by() == RateLimit.By.HEADER;
  }

  @Override
  public Verdict apply(Exchange exchange) {
    var name = name(exchange);
    var counting =
        name == null ? addresses.get(network(exchange.client().address())) : named.get(name);
    return counting.take();
  }

  private @Nullable String name(Exchange exchange) {
    var caller = exchange.caller();
    return switch (limit.by()) {
      case ORGANIZATION -> caller.identity().organizationId();
      case USER -> caller.identity().userId();
      case SERVICE -> caller.isService() ? caller.name() : null;
      case ADDRESS -> null;
      case HEADER -> shortened(exchange.request().headers().get(limit.header()));
    };
  }

  private static @Nullable String shortened(@Nullable String value) {
    return value == null || value.length() <= MOST_CHARACTERS
        ? value
        : value.substring(0, MOST_CHARACTERS);
  }

  /** The address, of IPv6 its first 64 bits; the JDK writes all eight groups. */
  static String network(String address) {
    var end = -1;
    for (int group = 0; group < PREFIX_GROUPS; group++) {
      end = address.indexOf(':', end + 1);
      if (end < 0) {
        return address;
      }
    }
    return address.substring(0, end);
  }
}
