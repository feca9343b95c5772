package io.iworx.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What all sides reported so far, and why some did not. */
final class Results {
  private final Map<String, List<Measurement>> measurements = new HashMap<>();
  private final Map<String, Absence> absences = new HashMap<>();

  /**
   * Why there is nothing of a side.
   *
   * @param failed whether it was there and failed, rather than not to be had
   */
  record Absence(String reason, boolean failed) {}

  void add(String side, Measurement measurement) {
    measurements.computeIfAbsent(side, _ -> new ArrayList<>()).add(measurement);
  }

  void miss(String side, String reason, boolean failed) {
    absences.putIfAbsent(side, new Absence(reason, failed));
  }

  Optional<Absence> absence(String side) {
    return Optional.ofNullable(absences.get(side));
  }

  int runs(String side) {
    return measurements.getOrDefault(side, List.of()).size();
  }

  /** The median of a figure over the runs of a side; not a number when there is none. */
  double median(String side, String figure) {
    return median(
        measurements.getOrDefault(side, List.of()).stream()
            .mapToDouble(it -> it.figure(figure))
            .filter(it -> !Double.isNaN(it))
            .toArray());
  }

  static double median(double... values) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
