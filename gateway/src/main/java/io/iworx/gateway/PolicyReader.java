package io.iworx.gateway;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The part of a route's entry in the configuration file that says what is asked of requests. */
final class PolicyReader {
  /** The keys of a route that are read here. */
  static final Set<String> KEYS = Set.of("require", "rate-limit", "idempotency", "filters");

  private static final Set<String> RATE_LIMIT = Set.of("requests", "per", "burst", "by", "shared");
  private static final Set<String> REQUIRE = Set.of("roles", "claims");
  private static final String HEADER = "header:";

  private PolicyReader() {}

  static RoutePolicies read(ConfigSection route) {
    var plain =
        RoutePolicies.NONE
            .withRequirement(requirement(route))
            .withRateLimit(rateLimit(route))
            .withIdempotency(route.flag("idempotency", false));
    return route.checked("filters", () -> plain.withFilters(route.texts("filters")));
  }

  private static Requirement requirement(ConfigSection route) {
    var section = route.section("require", REQUIRE);
    return new Requirement(Set.copyOf(section.texts("roles")), section.pairs("claims"));
  }

  private static @Nullable RateLimit rateLimit(ConfigSection route) {
    if (!route.has("rate-limit")) {
      return null;
    }
    var section = route.section("rate-limit", RATE_LIMIT);
    section.required("requests");
    section.required("per");
    var requests = section.number("requests", 0);
    var by = section.text("by", "address");
    return section.checked(
        "",
        () ->
            new RateLimit(
                requests,
                section.duration("per", Duration.ZERO),
                section.number("burst", requests),
                by.startsWith(HEADER) ? RateLimit.By.HEADER : by(by),
                by.startsWith(HEADER) ? by.substring(HEADER.length()) : "",
                section.flag("shared", false)));
  }

  private static RateLimit.By by(String text) {
    for (var by : RateLimit.By.values()) {
      if (by != RateLimit.By.HEADER && by.name().toLowerCase(Locale.ROOT).equals(text)) {
        return by;
      }
    }
    throw new IllegalArgumentException(
        "by must be organization, user, service, address or header:NAME but is " + text + ".");
  }
}
