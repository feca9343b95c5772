package io.iworx.torture;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How to torture.
 *
 * @param seed of the first round; the next round has the next number
 * @param rounds how many rounds, at least 1
 * @param duration how long a round publishes and breaks things; mending and counting come on top
 * @param lease how long an instance holds partitions without a sign of life
 * @param publishers how many publishing processes, at least 1
 * @param subscribers how many subscribing processes, at least 2: others must be able to go on
 * @param faults what may happen; none of it when empty
 * @param plants defects to be found
 * @param patience how long everything may take to be delivered after all is mended
 * @param binaries an installed PostgreSQL, the folder above its {@code bin}; null for the one that
 *     comes along
 */
record TortureOptions(
    long seed,
    int rounds,
    Duration duration,
    Duration lease,
    int publishers,
    int subscribers,
    Set<Fault> faults,
    Set<Plant> plants,
    Duration patience,
    @Nullable Path binaries) {
  static final Duration DEFAULT_DURATION = Duration.ofSeconds(20);
  static final Duration DEFAULT_LEASE = Duration.ofSeconds(3);
  static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(90);
  static final int DEFAULT_PUBLISHERS = 2;
  static final int DEFAULT_SUBSCRIBERS = 2;

  TortureOptions {
    if (rounds < 1 || publishers < 1 || subscribers < 2) {
      throw new IllegalArgumentException(
          "Torture needs at least 1 round, 1 publisher and 2 subscribers, not %d, %d and %d."
              .formatted(rounds, publishers, subscribers));
    }
    if (!duration.isPositive() || lease.toMillis() < 1_000) {
      throw new IllegalArgumentException(
          "A round must last and its leases take at least a second: duration %s, lease %s."
              .formatted(duration, lease));
    }
    faults = Set.copyOf(faults);
    plants = Set.copyOf(plants);
  }

  /** One round of all faults with default values. */
  static TortureOptions of(long seed) {
    return new TortureOptions(
        seed,
        1,
        DEFAULT_DURATION,
        DEFAULT_LEASE,
        DEFAULT_PUBLISHERS,
        DEFAULT_SUBSCRIBERS,
        Set.of(Fault.values()),
        Set.of(),
        DEFAULT_PATIENCE,
        null);
  }

  TortureOptions withRounds(int newRounds) {
    return new TortureOptions(
        seed,
        newRounds,
        duration,
        lease,
        publishers,
        subscribers,
        faults,
        plants,
        patience,
        binaries);
  }

  TortureOptions withDuration(Duration newDuration) {
    return new TortureOptions(
        seed,
        rounds,
        newDuration,
        lease,
        publishers,
        subscribers,
        faults,
        plants,
        patience,
        binaries);
  }

  TortureOptions withLease(Duration newLease) {
    return new TortureOptions(
        seed,
        rounds,
        duration,
        newLease,
        publishers,
        subscribers,
        faults,
        plants,
        patience,
        binaries);
  }

  TortureOptions withFaults(Set<Fault> newFaults) {
    return new TortureOptions(
        seed,
        rounds,
        duration,
        lease,
        publishers,
        subscribers,
        newFaults,
        plants,
        patience,
        binaries);
  }

  TortureOptions withPlants(Set<Plant> newPlants) {
    return new TortureOptions(
        seed,
        rounds,
        duration,
        lease,
        publishers,
        subscribers,
        faults,
        newPlants,
        patience,
        binaries);
  }

  TortureOptions withPatience(Duration newPatience) {
    return new TortureOptions(
        seed,
        rounds,
        duration,
        lease,
        publishers,
        subscribers,
        faults,
        plants,
        newPatience,
        binaries);
  }

  TortureOptions withBinaries(@Nullable Path newBinaries) {
    return new TortureOptions(
        seed,
        rounds,
        duration,
        lease,
        publishers,
        subscribers,
        faults,
        plants,
        patience,
        newBinaries);
  }
}
