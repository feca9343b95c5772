package io.iworx.trace;

import static io.iworx.trace.Entries.delivery;
import static io.iworx.trace.Entries.entry;
import static io.iworx.trace.Entries.event;
import static io.iworx.trace.Entries.hop;
import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.trace.TraceEntry.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class TraceTest {
  private static final int LONG_CHAIN = 20_000;

  /** Each entry as {@code id<parent}, with {@code ?} for an inferred one. */
  private static List<String> shape(List<TraceEntry> entries) {
    var nodes = Trace.of("corr-1", entries).nodes();
    return nodes.stream()
        .map(
            node ->
                node.entry().id()
                    + "<"
                    + (node.parent() < 0 ? "" : nodes.get(node.parent()).entry().id())
                    + (node.inferred() ? "?" : ""))
        .toList();
  }

  @Test
  void hangsEntriesBelowTheCauseTheyNameWithSiblingsByTime() {
    var entries =
        List.of(
            event("e1", "h1", "work-order-service", 20),
            hop("h2", "h1", "work-order-service", "assets", 5, 3),
            hop("h1", null, "external", "work-orders", 0, 50));
    assertThat(shape(entries)).containsExactly("h1<", "h2<h1", "e1<h1");
  }

  @Test
  void hangsWhatAHandlerDidBelowItsDelivery() {
    var entries =
        List.of(
            event("e1", "h1", "work-order-service", 10),
            delivery("d1", "e1", "asset-service", 20, 10),
            delivery("d2", "e1", "people-service", 20, 10),
            hop("h1", null, "external", "work-orders", 0, 15),
            hop("h2", "e1", "asset-service", "people", 24, 3),
            event("e2", "e1", "people-service", 25));
    assertThat(shape(entries)).containsExactly("h1<", "e1<h1", "d1<e1", "h2<d1", "d2<e1", "e2<d2");
  }

  @Test
  void choosesTheAttemptInWhichItHappened() {
    var entries =
        List.of(
            event("e1", null, "work-order-service", 0),
            delivery("d1", "e1", "asset-service", 10, 5),
            delivery("d2", "e1", "asset-service", 200, 5),
            hop("h1", "e1", "asset-service", "people", 12, 2),
            hop("h2", "e1", "asset-service", "people", 202, 2),
            hop("h3", "e1", "asset-service", "people", 500, 2));
    assertThat(shape(entries)).containsExactly("e1<", "d1<e1", "h1<d1", "d2<e1", "h2<d2", "h3<e1");
  }

  @Test
  void infersACauseFromTheCallingServiceAndTheEnclosingTime() {
    var entries =
        List.of(
            hop("h1", null, "external", "work-orders", 0, 100),
            hop("h2", null, "work-order-service", "assets", 10, 50),
            hop("h3", "gone", "asset-service", "people", 20, 10),
            hop("h4", null, "work-order-service", "inventory", 300, 10));
    assertThat(shape(entries)).containsExactly("h1<", "h2<h1?", "h3<h2?", "h4<");
  }

  @Test
  void infersTheNearestOfSeveralCauses() {
    var entries =
        List.of(
            hop("h1", null, "external", "work-orders", 0, 100),
            hop("h2", null, "external", "work-orders", 10, 50),
            entry(Kind.STEP, "s1", null, null, "work-order-service", "create", 20, 5));
    assertThat(shape(entries)).containsExactly("h1<", "h2<", "s1<h2?");
  }

  @Test
  void hangsAUsersCallNowhere() {
    var entries =
        List.of(
            hop("h1", null, "external", "work-orders", 0, 100),
            hop("h2", null, "external", "assets", 10, 5),
            hop("h3", null, null, "assets", 20, 5));
    assertThat(shape(entries)).containsExactly("h1<", "h2<", "h3<");
  }

  @Test
  void cutsACircleAtItsFirstEntryAndKeepsAll() {
    var entries =
        List.of(
            hop("h1", "h3", "a", "b", 0, 1),
            hop("h2", "h1", "b", "c", 10, 1),
            hop("h3", "h2", "c", "d", 20, 1),
            hop("h4", "h2", "c", "e", 30, 1),
            hop("self", "self", "x", "y", 40, 1));
    assertThat(shape(entries)).containsExactly("h1<", "h2<h1", "h3<h2", "h4<h2", "self<");
  }

  @Test
  void keepsEntriesWhoseIdsAreTheSame() {
    var entries =
        List.of(
            hop("same", null, "external", "work-orders", 0, 9),
            hop("same", "same", "work-order-service", "assets", 1, 2),
            event("same", "same", "asset-service", 2));
    assertThat(Trace.of("corr-1", entries).nodes()).hasSize(3);
    assertThat(Trace.of("corr-1", entries).text().lines()).hasSize(4);
  }

  @Test
  void drawsAChainOfAnyLength() {
    var chain =
        IntStream.range(0, LONG_CHAIN)
            .mapToObj(i -> hop("h" + i, i == 0 ? null : "h" + (i - 1), "a", "a", i, 1))
            .toList();
    var trace = Trace.of("corr-1", chain);
    assertThat(trace.nodes().getLast().depth()).isEqualTo(LONG_CHAIN - 1);
    assertThat(trace.json()).contains("\"depth\":" + (LONG_CHAIN - 1));
  }

  @Test
  void hasNothingToShowForNoEntries() {
    var trace = Trace.of("corr-1", List.of());
    assertThat(trace.isEmpty()).isTrue();
    assertThat(trace.duration()).isZero();
    assertThat(trace.text()).isEqualTo("Trace corr-1 · nothing recorded\n");
    assertThat(trace.mermaid()).startsWith("sequenceDiagram");
    assertThat(trace.json()).contains("\"entries\":[]");
  }

  /** Any ids, any times: every entry is there once, after its parent, one level below it. */
  @RepeatedTest(50)
  void losesNoEntryWhateverTheIds(RepetitionInfo repetition) {
    var seed = repetition.getCurrentRepetition();
    var random = new Random(seed);
    var kinds = Kind.values();
    var entries = new ArrayList<TraceEntry>();
    for (int i = 0; i < 40; i++) {
      entries.add(
          entry(
              kinds[random.nextInt(kinds.length)],
              "id" + random.nextInt(20),
              random.nextInt(4) == 0 ? null : "id" + random.nextInt(22),
              "s" + random.nextInt(4),
              "s" + random.nextInt(4),
              "n" + i,
              random.nextInt(50),
              random.nextInt(20)));
    }
    Collections.shuffle(entries, random);
    var nodes = Trace.of("corr-1", entries).nodes();
    assertThat(nodes)
        .as("seed %d", seed)
        .extracting(Trace.Node::entry)
        .containsExactlyInAnyOrderElementsOf(entries);
    for (int i = 0; i < nodes.size(); i++) {
      var node = nodes.get(i);
      assertThat(node.parent()).as("seed %d", seed).isLessThan(i);
      assertThat(node.depth())
          .as("seed %d", seed)
          .isEqualTo(node.parent() < 0 ? 0 : nodes.get(node.parent()).depth() + 1);
    }
  }
}
