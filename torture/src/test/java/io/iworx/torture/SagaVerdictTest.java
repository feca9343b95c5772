package io.iworx.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.torture.SagaEvidence.Left;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each detector fires on what is planted, and on nothing else. */
class SagaVerdictTest {
  private static final List<String> DONE =
      List.of(
          "reserve",
          "create",
          "notify",
          "count",
          "count#2",
          "filing/file",
          "telling/tell",
          "inspection");
  private static final Duration LEASE = Duration.ofSeconds(1);

  private final List<String> effects =
      new ArrayList<>(
          List.of(
              "create", "reserve", "notify", "count", "count", "file", "tell", "inspect", "close"));
  private @Nullable Duration takeover = Duration.ofSeconds(2);

  private List<Broken> verdict(SagaPath path, @Nullable Left left) {
    var judged = new SagaCase(path, SagaFault.KILL, 7, "before COMMIT", true, takeover, null);
    var evidence =
        new SagaEvidence(
            left == null ? Map.of() : Map.of(judged.name(), left),
            effects.stream().map(it -> new Effect(judged.name(), it)).toList());
    return SagaVerdict.on(judged, evidence, LEASE).stream().map(Finding::broken).toList();
  }

  private static Left completed(int events) {
    return new Left("COMPLETED", null, events, DONE, List.of());
  }

  private List<Broken> undone() {
    return verdict(SagaPath.UNDO, new Left("COMPENSATED", "refused", 1, DONE, DONE.reversed()));
  }

  private void undoAll() {
    effects.remove("close");
    List.copyOf(effects).forEach(it -> effects.add(it + "/undo"));
  }

  @Test
  void aSagaThatDidEverythingOnceIsWell() {
    assertThat(verdict(SagaPath.FORWARD, completed(1))).isEmpty();
  }

  @Test
  void aSagaThatUndidEverythingOnceIsWell() {
    undoAll();
    assertThat(undone()).isEmpty();
  }

  @Test
  void anAcknowledgedSagaThatIsNotThereIsLost() {
    assertThat(verdict(SagaPath.FORWARD, null)).containsExactly(Broken.LOST);
  }

  @Test
  void anEffectThatHappenedTwiceIsDoubled() {
    effects.add("create");
    assertThat(verdict(SagaPath.FORWARD, completed(1))).containsExactly(Broken.DOUBLED);
  }

  @Test
  void anEffectThatIsMissingIsLost() {
    effects.remove("notify");
    assertThat(verdict(SagaPath.FORWARD, completed(1))).containsExactly(Broken.LOST);
  }

  @Test
  void anEventThatIsMissingIsLost() {
    assertThat(verdict(SagaPath.FORWARD, completed(0))).containsExactly(Broken.LOST);
  }

  @Test
  void whatIsNotUndoneIsHalfUndone() {
    undoAll();
    effects.remove("reserve/undo");
    assertThat(undone()).containsExactly(Broken.HALF_UNDONE);
  }

  @Test
  void whatIsUndoneTwiceIsDoubled() {
    undoAll();
    effects.add("create/undo");
    assertThat(undone()).contains(Broken.DOUBLED);
  }

  @Test
  void anotherOrderOfUndoingIsFound() {
    undoAll();
    assertThat(verdict(SagaPath.UNDO, new Left("COMPENSATED", "refused", 1, DONE, DONE)))
        .containsExactly(Broken.OUT_OF_ORDER);
  }

  @Test
  void aSagaThatIsOpenIsStuck() {
    assertThat(verdict(SagaPath.DOUBT, new Left("RUNNING", null, 1, DONE, List.of())))
        .containsExactly(Broken.STUCK);
  }

  @Test
  void aSagaInDoubtMayBeStuck() {
    effects.remove("close");
    assertThat(verdict(SagaPath.DOUBT, new Left("STUCK", "may have happened", 1, DONE, List.of())))
        .isEmpty();
  }

  @Test
  void aLateTakeoverIsLate() {
    takeover = Duration.ofMillis(3_001);
    assertThat(verdict(SagaPath.FORWARD, completed(1))).containsExactly(Broken.LATE);
  }
}
