package io.iworx.gateway;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What background checks found.
 *
 * @param checkedAt when the last round of checks ended
 * @param services each service with a route, in the order of the routes
 */
public record Health(Instant checkedAt, Map<String, State> services) {

  public Health {
    services = Collections.unmodifiableMap(new LinkedHashMap<>(services));
  }

  /** Whether every service that has a target is healthy. */
  public boolean allHealthy() {
    return services.values().stream().allMatch(it -> it == State.HEALTHY || it == State.NO_TARGET);
  }

  /** How a service is. */
  public enum State {
    /** It answers well. */
    HEALTHY("healthy"),
    /** It can be reached but answers badly or too late. */
    UNHEALTHY("unhealthy"),
    /** It cannot be reached, or was not checked yet. */
    UNAVAILABLE("unavailable"),
    /** The configuration names no target for it; on the wire that is unavailable too. */
    NO_TARGET("unavailable");

    private final String text;

    State(String text) {
      this.text = text;
    }

    /** The word for it on the wire: {@code healthy}. */
    public String text() {
      return text;
    }
  }
}
