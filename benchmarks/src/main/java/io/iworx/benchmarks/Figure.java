package io.iworx.benchmarks;

/**
 * The figures of a row; each is not a number where there is none.
 *
 * @param value ours
 * @param against what it is compared with, in the same unit
 * @param cpu microseconds of processor time an event costs us, with PostgreSQL
 * @param againstCpu the same of the other side
 */
record Figure(double value, double against, double cpu, double againstCpu) {
  static final Figure NONE = new Figure(Double.NaN, Double.NaN, Double.NaN, Double.NaN);

  static Figure alone(double value) {
    return new Figure(value, Double.NaN, Double.NaN, Double.NaN);
  }

  double ratio() {
    return value / against;
  }

  /** How many times dearer an event is to the other side. */
  double cpuRatio() {
    return againstCpu / cpu;
  }
}
