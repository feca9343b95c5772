package io.iworx.benchmarks;

import java.util.Map;

/**
 * What one run of a side reported.
 *
 * @param values its figures by name; {@code seconds} and mostly {@code events} among them
 * @param cpuSeconds processor time of all its processes; not a number where it cannot be read
 * @param clientSeconds the same without the server of its database
 */
record Measurement(Map<String, Double> values, double cpuSeconds, double clientSeconds) {

  Measurement {
    values = Map.copyOf(values);
  }

  /**
   * A figure: what was reported under that name, or {@code rate} (events a second), {@code cpu} and
   * {@code client} (microseconds an event, with and without the database), {@code store} (those of
   * the database) and {@code load} (percent of one core). Not a number when it is not there.
   */
  double figure(String name) {
    return switch (name) {
      case "rate" -> value("events") / value("seconds");
      case "cpu" -> cpuSeconds * 1e6 / value("events");
      case "client" -> clientSeconds * 1e6 / value("events");
      case "store" -> (cpuSeconds - clientSeconds) * 1e6 / value("events");
      case "load" -> cpuSeconds * 100 / value("seconds");
      default -> value(name);
    };
  }

  private double value(String name) {
    return values.getOrDefault(name, Double.NaN);
  }
}
