package io.iworx.testing;

import io.iworx.sagas.spi.DefinitionVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Instances that run sagas in memory, and until when each is alive. Guarded by the store's lock.
 */
final class InMemoryLeases {
  private final Map<String, Lease> leases = new HashMap<>();

  private record Lease(Instant until, Set<DefinitionVersion> definitions) {}

  void prolong(String instance, Instant until, Set<DefinitionVersion> definitions) {
    leases.put(instance, new Lease(until, Set.copyOf(definitions)));
  }

  void end(String instance) {
    leases.remove(instance);
  }

  boolean isAlive(@Nullable String instance, Instant now) {
    var lease = instance == null ? null : leases.get(instance);
    return lease != null && lease.until().isAfter(now);
  }

  boolean hasOneThatRuns(DefinitionVersion version, Instant now) {
    return leases.values().stream()
        .anyMatch(it -> it.until().isAfter(now) && it.definitions().contains(version));
  }

  /** How long until the first of the other instances' leases ends; null when none is alive. */
  @Nullable Duration nextEnd(String instance, Instant now) {
    return leases.entrySet().stream()
        .filter(it -> !it.getKey().equals(instance) && it.getValue().until().isAfter(now))
        .map(it -> Duration.between(now, it.getValue().until()))
        .min(Comparator.naturalOrder())
        .orElse(null);
  }
}
