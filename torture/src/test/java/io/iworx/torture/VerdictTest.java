package io.iworx.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each detector fires on what is planted, and on nothing else. */
class VerdictTest {
  private final Map<String, Published> published = new HashMap<>();
  private final List<String> logged = new ArrayList<>();
  private final Set<String> rows = new HashSet<>();
  private final Map<Audience, List<String>> handled = new EnumMap<>(Audience.class);
  private final Map<Audience, Set<String>> setAside = new EnumMap<>(Audience.class);

  private final Set<String> garbled = new HashSet<>();

  /** Three events of one key, one after the other, and one more with its business row: all well. */
  VerdictTest() {
    for (var audience : Audience.values()) {
      handled.put(audience, new ArrayList<>());
      setAside.put(audience, new HashSet<>());
    }
    publish("a", PublishKind.PLAIN, "k", Mood.FINE, 10, 20);
    publish("b", PublishKind.PLAIN, "k", Mood.FINE, 30, 40);
    publish("c", PublishKind.OLD_COLUMNS, null, Mood.FINE, 50, 60);
    publish("d", PublishKind.WITH_ROW, "k", Mood.FINE, 35, 70);
    rows.add("d");
  }

  private void publish(
      String id,
      PublishKind kind,
      @Nullable String key,
      Mood mood,
      long calledAt,
      long acknowledgedAt) {
    published.put(id, new Published(id, kind, key, mood, calledAt, acknowledgedAt, false));
    logged.add(id);
    handled.values().forEach(it -> it.add(id));
  }

  private List<String> handledBy(Audience audience) {
    return handled.computeIfAbsent(audience, _ -> new ArrayList<>());
  }

  private List<Finding> verdict() {
    return Verdict.on(new Evidence(published, logged, rows, handled, setAside, garbled));
  }

  @Test
  void whatCameWithAnotherPayloadIsGarbled() {
    garbled.add("b");
    assertFound(Broken.GARBLED, "b");
  }

  private void assertFound(Broken broken, String... ids) {
    assertThat(verdict())
        .allSatisfy(it -> assertThat(it.broken()).isEqualTo(broken))
        .extracting(Finding::id)
        .containsExactlyInAnyOrder(ids);
  }

  private void everywhere(Consumer<List<String>> change) {
    change.accept(logged);
    handled.values().forEach(change);
  }

  @Test
  void findsNothingWhereAllIsWell() {
    assertThat(verdict()).isEmpty();
  }

  @Test
  void acknowledgedAndNotInTheLogIsLost() {
    everywhere(it -> it.remove("a"));
    assertFound(Broken.LOST, "a");
  }

  @Test
  void ofUnknownOutcomeAndNotInTheLogIsNotLost() {
    published.put("a", Published.intended("a", PublishKind.PLAIN, "k", Mood.FINE, 10));
    everywhere(it -> it.remove("a"));
    assertThat(verdict()).isEmpty();
  }

  @Test
  void inTheLogAndNotDeliveredIsLost() {
    handledBy(Audience.BATCH).remove("b");
    assertFound(Broken.LOST, "b");
  }

  @Test
  void aSecondEffectIsDoubledWhereItIsToBeOne() {
    handledBy(Audience.SINGLE).add("a");
    handledBy(Audience.PLAIN).add("a");
    assertFound(Broken.DOUBLED, "a");
  }

  @Test
  void twoRowsOfAnIdAreDoubled() {
    logged.add("a");
    assertFound(Broken.DOUBLED, "a");
  }

  @Test
  void deliveredBeforeWhatWasDurableWhenItWasPublishedIsOutOfOrder() {
    handled.put(Audience.PLAIN, new ArrayList<>(Arrays.asList("b", "a", "c", "d")));
    assertFound(Broken.OUT_OF_ORDER, "a");
  }

  @Test
  void whatWasPublishedAtTheSameTimeHasNoOrder() {
    handled.put(Audience.PLAIN, new ArrayList<>(Arrays.asList("a", "d", "b", "c")));
    assertThat(verdict()).isEmpty();
  }

  @Test
  void onlyFirstDeliveriesHaveAnOrder() {
    handled.put(Audience.PLAIN, new ArrayList<>(Arrays.asList("a", "b", "a", "b", "c", "d")));
    assertThat(verdict()).isEmpty();
  }

  @Test
  void rolledBackAndDeliveredIsAGhost() {
    published.computeIfPresent("c", (_, it) -> it.rolledBack());
    assertFound(Broken.GHOST, "c");
  }

  @Test
  void neverInTheLogAndDeliveredIsAGhost() {
    handledBy(Audience.PLAIN).add("nobody's");
    assertFound(Broken.GHOST, "nobody's");
  }

  @Test
  void anEventWithoutItsRowIsTorn() {
    rows.clear();
    assertFound(Broken.TORN, "d");
  }

  @Test
  void aRowWithoutItsEventIsTorn() {
    published.put("e", Published.intended("e", PublishKind.SLOW, "k", Mood.FINE, 80));
    rows.add("e");
    assertFound(Broken.TORN, "e");
  }

  @Test
  void poisonBelongsAmongTheDeadLetters() {
    publish("p", PublishKind.PLAIN, null, Mood.POISON, 80, 90);
    handledBy(Audience.FUSSY).remove("p");
    assertFound(Broken.LOST, "p");
    setAside.put(Audience.FUSSY, Set.of("p"));
    assertThat(verdict()).isEmpty();
  }

  @Test
  void poisonTakesEffectWhereAnOperatorSettlesIt() {
    publish("p", PublishKind.PLAIN, "k", Mood.POISON, 80, 90);
    handledBy(Audience.FUSSY).remove("p");
    setAside.put(Audience.FUSSY, Set.of("p"));
    assertThat(verdict()).isEmpty();
    handledBy(Audience.WAITING).remove("p");
    assertFound(Broken.LOST, "p");
  }

  @Test
  void whatCameBeforeADeadLetterThatItsKeyWaitsForIsOutOfOrder() {
    publish("p", PublishKind.PLAIN, "k", Mood.POISON, 80, 90);
    publish("q", PublishKind.PLAIN, "k", Mood.FINE, 100, 110);
    handledBy(Audience.FUSSY).remove("p");
    setAside.put(Audience.FUSSY, Set.of("p"));
    handled.put(Audience.WAITING, new ArrayList<>(Arrays.asList("a", "b", "c", "d", "q", "p")));
    assertFound(Broken.OUT_OF_ORDER, "p");
  }

  @Test
  void aDeadLetterThatIsNotPoisonousIsWronglySetAside() {
    setAside.put(Audience.SINGLE, Set.of("a"));
    assertFound(Broken.WRONGLY_SET_ASIDE, "a");
  }
}
