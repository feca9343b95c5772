package io.iworx.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * What is promised of a row.
 *
 * @param floor the promise
 * @param goal what is aimed at; not a number for none
 * @param atMost whether less is better
 * @param ofRatio whether the ratio is bounded, and not the value
 * @param orCpu whether the inverse ratio of processor time an event may reach the floor instead
 */
record Bound(double floor, double goal, boolean atMost, boolean ofRatio, boolean orCpu) {

  /** For a row that only informs. */
  static final Bound NONE = new Bound(Double.NaN, Double.NaN, false, true, false);

  /** Whether the promise is kept; null when that cannot be said. */
  @Nullable Boolean holds(Figure figure) {
    if (!isPromise()) {
      return null;
    }
    double measured = ofRatio ? figure.ratio() : figure.value();
    if (reaches(measured) || (orCpu && reaches(figure.cpuRatio()))) {
      return true;
    }
    return Double.isNaN(measured) ? null : false;
  }

  /** Whether there is a floor. */
  boolean isPromise() {
    return !Double.isNaN(floor);
  }

  private boolean reaches(double measured) {
    return atMost ? measured <= floor : measured >= floor;
  }
}
