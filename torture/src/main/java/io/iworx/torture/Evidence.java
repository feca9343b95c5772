package io.iworx.torture;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is left of a round.
 *
 * @param published what publishers noted, by event id
 * @param logged the ids in the log, in the order of their positions
 * @param rows the ids of the business rows
 * @param handled the ids each audience handled, in the order in which it did
 * @param setAside the ids of each audience's dead letters
 * @param garbled the ids that came to a handler with another payload
 */
record Evidence(
    Map<String, Published> published,
    List<String> logged,
    Set<String> rows,
    Map<Audience, List<String>> handled,
    Map<Audience, Set<String>> setAside,
    Set<String> garbled) {

  long acknowledged() {
    return published.values().stream().filter(Published::isAcknowledged).count();
  }

  /** Neither acknowledged nor rolled back. */
  long unknown() {
    return published.values().stream()
        .filter(it -> !it.isAcknowledged() && !it.wasRolledBack())
        .count();
  }
}
