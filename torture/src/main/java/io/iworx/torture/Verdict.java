package io.iworx.torture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the evidence of a round says of the promises:
 *
 * <ul>
 *   <li>what was acknowledged is in the log, once; what was rolled back is not;
 *   <li>a business row is there if and only if its event is;
 *   <li>what comes is what was published;
 *   <li>every event in the log came to every audience, and nothing else did;
 *   <li>where the handler takes the transaction its effect is there exactly once;
 *   <li>the first deliveries of a key's events are in order: A before B when A's publish had
 *       returned before B's was called;
 *   <li>dead letters are the poisonous ones, all of them, where they are refused.
 * </ul>
 */
final class Verdict {
  private final Evidence evidence;
  private final Set<String> logged;
  private final List<Finding> findings = new ArrayList<>();

  private Verdict(Evidence evidence) {
    this.evidence = evidence;
    this.logged = new HashSet<>(evidence.logged());
  }

  static List<Finding> on(Evidence evidence) {
    var verdict = new Verdict(evidence);
    verdict.judgeLog();
    verdict.judgeRows();
    verdict.judgePayloads();
    for (var audience : Audience.values()) {
      verdict.judgeDeliveries(audience);
      verdict.judgeOrder(audience);
      verdict.judgeDeadLetters(audience);
    }
    return List.copyOf(verdict.findings);
  }

  private void judgeLog() {
    for (var id : repeated(evidence.logged())) {
      find(Broken.DOUBLED, id, "is in the log more than once");
    }
    for (var event : evidence.published().values()) {
      if (event.isAcknowledged() && !logged.contains(event.id())) {
        find(Broken.LOST, event.id(), "was acknowledged and is not in the log");
      }
    }
    for (var id : logged) {
      var event = evidence.published().get(id);
      if (event == null) {
        find(Broken.GHOST, id, "is in the log and nobody published it");
      } else if (event.wasRolledBack()) {
        find(Broken.GHOST, id, "was rolled back and is in the log");
      }
    }
  }

  private void judgeRows() {
    for (var event : evidence.published().values()) {
      if (!event.kind().withRow()) {
        continue;
      }
      var row = evidence.rows().contains(event.id());
      if (row && !logged.contains(event.id())) {
        find(Broken.TORN, event.id(), "has its business row and is not in the log");
      } else if (!row && logged.contains(event.id())) {
        find(Broken.TORN, event.id(), "is in the log without its business row");
      }
    }
  }

  private void judgePayloads() {
    for (var id : evidence.garbled()) {
      find(Broken.GARBLED, id, "came with another payload than it was published with");
    }
  }

  private void judgeDeliveries(Audience audience) {
    var handled = evidence.handled().getOrDefault(audience, List.of());
    var once = new HashSet<>(handled);
    for (var id : evidence.logged()) {
      if (!once.contains(id) && !isPoison(id, audience)) {
        find(Broken.LOST, id, "did not come to " + audience.subscription());
      }
    }
    for (var id : once) {
      if (!logged.contains(id)) {
        find(Broken.GHOST, id, "came to " + audience.subscription() + " and is not in the log");
      }
    }
    if (audience.exactlyOnce()) {
      for (var id : repeated(handled)) {
        find(Broken.DOUBLED, id, "took effect more than once in " + audience.subscription());
      }
    }
  }

  private boolean isPoison(String id, Audience audience) {
    var event = evidence.published().get(id);
    return audience.refusesPoison() && event != null && event.mood() == Mood.POISON;
  }

  /**
   * Walks through first deliveries, and for each key knows the latest call among those delivered:
   * whatever is delivered after it and was acknowledged before that call should have come first.
   */
  private void judgeOrder(Audience audience) {
    var seen = new HashSet<String>();
    Map<String, Published> latest = new HashMap<>();
    for (var id : evidence.handled().getOrDefault(audience, List.of())) {
      var event = evidence.published().get(id);
      if (event == null || event.key() == null || !seen.add(id)) {
        continue;
      }
      var before = latest.get(event.key());
      if (before != null && event.acknowledgedAt() < before.calledAt()) {
        find(
            Broken.OUT_OF_ORDER,
            id,
            "came to %s after %s, which was published when it was durable already, key %s"
                .formatted(audience.subscription(), before.id(), event.key()));
      }
      if (before == null || event.calledAt() > before.calledAt()) {
        latest.put(event.key(), event);
      }
    }
  }

  private void judgeDeadLetters(Audience audience) {
    var setAside = evidence.setAside().getOrDefault(audience, Set.of());
    for (var id : setAside) {
      if (!isPoison(id, audience)) {
        find(Broken.WRONGLY_SET_ASIDE, id, "is a dead letter of " + audience.subscription());
      }
    }
    if (!audience.refusesPoison()) {
      return;
    }
    for (var id : logged) {
      if (isPoison(id, audience) && !setAside.contains(id)) {
        find(Broken.LOST, id, "is poisonous and no dead letter of " + audience.subscription());
      }
    }
    for (var id : evidence.handled().getOrDefault(audience, List.of())) {
      if (isPoison(id, audience)) {
        find(
            Broken.GHOST, id, "failed for good in " + audience.subscription() + " and took effect");
      }
    }
  }

  private void find(Broken broken, String id, String sentence) {
    findings.add(new Finding(broken, id, sentence));
  }

  private static Set<String> repeated(List<String> ids) {
    var once = new HashSet<String>();
    var again = new HashSet<String>();
    for (var id : ids) {
      if (!once.add(id)) {
        again.add(id);
      }
    }
    return again;
  }
}
