package io.iworx.torture;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How to torture sagas.
 *
 * @param seed decides how wrong clocks are
 * @param paths the ways sagas go
 * @param faults what happens to them at each moment
 * @param first the first moment, from 1
 * @param step from one moment to the next: 1 for every one
 * @param last the last moment, if the saga has so many
 * @param lease how long an instance holds sagas without a sign of life
 * @param lanes how many sagas at a time, each on a server of its own
 * @param plant a defect to be found
 * @param binaries an installed PostgreSQL, the folder above its {@code bin}; null for the one that
 *     comes along
 */
record SagaTortureOptions(
    long seed,
    Set<SagaPath> paths,
    Set<SagaFault> faults,
    int first,
    int step,
    int last,
    Duration lease,
    int lanes,
    SagaPlant plant,
    @Nullable Path binaries) {
  static final Duration DEFAULT_LEASE = Duration.ofSeconds(1);
  static final int DEFAULT_LANES = 2;

  SagaTortureOptions {
    if (first < 1 || step < 1 || lanes < 1) {
      throw new IllegalArgumentException(
          "Moments and lanes count from 1: not from %d by %d in %d lanes."
              .formatted(first, step, lanes));
    }
    if (lease.toMillis() < 500) {
      throw new IllegalArgumentException("A lease takes at least 500 ms, not " + lease + ".");
    }
    paths = Set.copyOf(paths);
    faults = Set.copyOf(faults);
  }

  /** Every moment of every path, with every fault. */
  static SagaTortureOptions of(long seed) {
    return new SagaTortureOptions(
        seed,
        EnumSet.allOf(SagaPath.class),
        EnumSet.allOf(SagaFault.class),
        1,
        1,
        Integer.MAX_VALUE,
        DEFAULT_LEASE,
        DEFAULT_LANES,
        SagaPlant.NONE,
        null);
  }

  SagaTortureOptions withPaths(Set<SagaPath> newPaths) {
    return new SagaTortureOptions(
        seed, newPaths, faults, first, step, last, lease, lanes, plant, binaries);
  }

  SagaTortureOptions withFaults(Set<SagaFault> newFaults) {
    return new SagaTortureOptions(
        seed, paths, newFaults, first, step, last, lease, lanes, plant, binaries);
  }

  SagaTortureOptions withMoments(int newFirst, int newStep, int newLast) {
    return new SagaTortureOptions(
        seed, paths, faults, newFirst, newStep, newLast, lease, lanes, plant, binaries);
  }

  SagaTortureOptions withPlant(SagaPlant newPlant) {
    return new SagaTortureOptions(
        seed, paths, faults, first, step, last, lease, lanes, newPlant, binaries);
  }
}
