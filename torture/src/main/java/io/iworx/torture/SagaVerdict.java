package io.iworx.torture;

import io.iworx.torture.SagaEvidence.Left;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the evidence says of the promises:
 *
 * <ul>
 *   <li>a saga that its caller was told of is in the store, and ends;
 *   <li>forward, every step's effect is there once and so is the event;
 *   <li>undone, every effect that is there once is undone once, in reverse order of the records;
 *   <li>in doubt, nothing counts as undone that is not: the saga is STUCK instead;
 *   <li>others go on within the lease and two seconds.
 * </ul>
 */
final class SagaVerdict {
  private static final Duration AFTER_LEASE = Duration.ofSeconds(2);
  private static final String COMPLETED = "COMPLETED";
  private static final String COMPENSATED = "COMPENSATED";
  private static final String STUCK = "STUCK";

  /**
   * How often each step happens; {@code count} is in a loop, {@code inspect} in a saga of its own.
   */
  private static final Map<String, Integer> TIMES =
      Map.of(
          "create", 1, "reserve", 1, "notify", 1, "count", 2, "tell", 1, "file", 1, "inspect", 1,
          "close", 1);

  private final SagaCase judged;
  private final Map<String, Integer> effects = new HashMap<>();
  private final List<Finding> findings = new ArrayList<>();

  private SagaVerdict(SagaCase judged, SagaEvidence evidence) {
    this.judged = judged;
    evidence.effects().stream()
        .filter(it -> it.saga().equals(judged.name()))
        .forEach(it -> effects.merge(it.what(), 1, Integer::sum));
  }

  static List<Finding> on(SagaCase judged, SagaEvidence evidence, Duration lease) {
    var verdict = new SagaVerdict(judged, evidence);
    verdict.judge(evidence.sagas().get(judged.name()));
    verdict.judgeTime(lease);
    return verdict.findings;
  }

  private void judge(@Nullable Left left) {
    if (judged.complaint() != null) {
      find(Broken.STUCK, judged.complaint());
    }
    if (left == null) {
      if (judged.started()) {
        find(Broken.LOST, "was started, as its caller was told, and is not in the store");
      }
      return;
    }
    switch (judged.path()) {
      case FORWARD -> require(COMPLETED, left);
      case UNDO -> require(COMPENSATED, left);
      case DOUBT -> judgeDoubt(left);
    }
    switch (left.state()) {
      case COMPLETED -> judgeForward(left);
      case COMPENSATED -> judgeUndone(left);
      default -> TIMES.forEach((step, most) -> atMost(step, most));
    }
  }

  private void require(String state, Left left) {
    if (!left.state().equals(state)) {
      find(Broken.STUCK, "is %s, not %s: %s".formatted(left.state(), state, left.why()));
    }
  }

  private void judgeDoubt(Left left) {
    if (!List.of(COMPLETED, COMPENSATED, STUCK).contains(left.state())) {
      find(Broken.STUCK, "is " + left.state());
    }
  }

  private void judgeForward(Left left) {
    TIMES.forEach(
        (step, times) -> {
          atMost(step, times);
          if (happened(step) < times) {
            find(Broken.LOST, "did %s %d times, not %d".formatted(step, happened(step), times));
          }
          if (happened(undo(step)) > 0) {
            find(Broken.HALF_UNDONE, "is COMPLETED and undid " + step);
          }
        });
    if (left.events() != 1) {
      find(
          left.events() == 0 ? Broken.LOST : Broken.DOUBLED,
          "published %d events, not one".formatted(left.events()));
    }
  }

  private void judgeUndone(Left left) {
    TIMES.forEach(
        (step, times) -> {
          atMost(step, times);
          atMost(undo(step), times);
          if (happened(step) != happened(undo(step))) {
            find(
                Broken.HALF_UNDONE,
                "did %s %d times and undid it %d times"
                    .formatted(step, happened(step), happened(undo(step))));
          }
        });
    var expected = new ArrayList<>(left.done());
    expected.retainAll(left.undone());
    Collections.reverse(expected);
    if (!expected.equals(left.undone())) {
      find(Broken.OUT_OF_ORDER, "did %s and undid %s".formatted(left.done(), left.undone()));
    }
  }

  private void judgeTime(Duration lease) {
    if (judged.takeover() != null && judged.takeover().compareTo(lease.plus(AFTER_LEASE)) > 0) {
      find(Broken.LATE, "was taken over after " + judged.takeover().toMillis() + " ms");
    }
  }

  private void atMost(String what, int times) {
    if (happened(what) > times) {
      find(Broken.DOUBLED, "did %s %d times, not %d".formatted(what, happened(what), times));
    }
  }

  private int happened(String what) {
    return effects.getOrDefault(what, 0);
  }

  private static String undo(String step) {
    return step + Outside.UNDO;
  }

  private void find(Broken broken, String sentence) {
    var at = judged.what() == null ? "not struck" : judged.what();
    findings.add(new Finding(broken, judged.name(), sentence + " (" + at + ")"));
  }
}
