package io.iworx.torture;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How a round went.
 *
 * @param struck the faults in the order in which they struck
 * @param quietAfter how long it took, after all was mended, until everything was delivered
 * @param longestTakeover the longest that others needed to go on with what an instance had held
 */
record RoundResult(
    long seed,
    long acknowledged,
    long unknown,
    long deliveries,
    List<Fault> struck,
    Duration quietAfter,
    Duration longestTakeover,
    List<Finding> findings) {

  boolean isClean() {
    return findings.isEmpty();
  }

  String line(int number, int of) {
    return "round %d of %d, seed %d: %,d acknowledged, %,d unknown, %,d deliveries; %s; quiet after %.1f s, takeover %.1f s; %s"
        .formatted(
            number,
            of,
            seed,
            acknowledged,
            unknown,
            deliveries,
            struck.isEmpty()
                ? "no faults"
                : struck.stream().map(Fault::word).collect(Collectors.joining(", ")),
            quietAfter.toMillis() / 1e3,
            longestTakeover.toMillis() / 1e3,
            isClean() ? "clean" : findings.size() + " promises broken");
  }
}
