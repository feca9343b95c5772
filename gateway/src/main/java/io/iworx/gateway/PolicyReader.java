package io.iworx.gateway;

import io.iworx.gateway.RoutePolicies.Canary;
import io.iworx.gateway.RoutePolicies.HeaderChanges;
import io.iworx.gateway.RoutePolicies.LoadShedding;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The part of a route's entry in the configuration file that says what is asked of requests. */
final class PolicyReader {
  /** The keys of a route that are read here. */
  static final Set<String> KEYS =
      Set.of(
          "require", "rate-limit", "shed", "headers", "idempotency", "cors", "canary", "filters");

  private static final Set<String> RATE_LIMIT = Set.of("requests", "per", "burst", "by", "shared");
  private static final Set<String> REQUIRE = Set.of("roles", "claims");
  private static final Set<String> SHED = Set.of("min", "max");
  private static final Set<String> HEADERS = Set.of("request", "answer");
  private static final Set<String> CHANGES = Set.of("set", "remove");
  private static final Set<String> CORS = Set.of("origins");
  private static final Set<String> CANARY = Set.of("targets", "percent");
  private static final String HEADER = "header:";

  private PolicyReader() {}

  static RoutePolicies read(ConfigSection route) {
    var plain =
        RoutePolicies.NONE
            .withRequirement(requirement(route))
            .withRateLimit(rateLimit(route))
            .withShedding(shedding(route))
            .withRequestHeaders(headers(route, "request"))
            .withAnswerHeaders(headers(route, "answer"))
            .withCors(cors(route))
            .withCanary(canary(route))
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

  private static @Nullable LoadShedding shedding(ConfigSection route) {
    if (!route.has("shed")) {
      return null;
    }
    var section = route.section("shed", SHED);
    var defaults = LoadShedding.DEFAULT;
    return section.checked(
        "",
        () ->
            new LoadShedding(
                section.number("min", defaults.min()), section.number("max", defaults.max())));
  }

  private static HeaderChanges headers(ConfigSection route, String which) {
    var section = route.section("headers", HEADERS).section(which, CHANGES);
    return section.checked(
        "", () -> new HeaderChanges(section.pairs("set"), Set.copyOf(section.texts("remove"))));
  }

  private static @Nullable Cors cors(ConfigSection route) {
    if (!route.has("cors")) {
      return null;
    }
    var section = route.section("cors", CORS);
    return section.checked("origins", () -> new Cors(section.texts("origins")));
  }

  private static @Nullable Canary canary(ConfigSection route) {
    if (!route.has("canary")) {
      return null;
    }
    var section = route.section("canary", CANARY);
    section.required("percent");
    var targets = section.urls("targets");
    return section.checked("", () -> new Canary(targets, section.percent("percent", 0)));
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
