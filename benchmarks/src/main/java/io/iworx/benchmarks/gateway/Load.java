package io.iworx.benchmarks.gateway;

import io.iworx.benchmarks.load.Latencies;

/**
 * What came of a stretch of requests.
 *
 * @param answers whole answers 200
 * @param failures other answers, and connections that broke
 * @param latencies from when a request was due
 */
record Load(long answers, long failures, Latencies latencies) {

  /** Itself, when all went well. */
  Load sound() {
    if (failures > 0 || answers == 0) {
      throw new IllegalStateException(
          answers + " answers were right, and " + failures + " requests failed.");
    }
    return this;
  }
}
