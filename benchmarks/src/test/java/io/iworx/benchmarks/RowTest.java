package io.iworx.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RowTest {
  private static final Row ROW = Row.rate("row", "us ÷ them", "us", "them", 2, 3);
  private static final Measurement MEASURED =
      new Measurement(Map.of("events", 100.0, "seconds", 1.0), 0.01, 0.01);

  @Test
  void aPeerThatCannotBeHadLeavesTheRowOpen() {
    var results = new Results();
    results.add("us", MEASURED);
    results.miss("them", "apt-get install them", false);
    var outcome = ROW.outcome(results);
    assertThat(outcome.holds()).isNull();
    assertThat(outcome.note()).isEqualTo("apt-get install them");
    assertThat(outcome.figure().value()).isEqualTo(100);
  }

  @Test
  void ourOwnFailureFailsTheRow() {
    var results = new Results();
    results.add("them", MEASURED);
    results.miss("us", "failed: it broke", true);
    assertThat(ROW.outcome(results).holds()).isFalse();
  }

  @Test
  void bothSidesMeasuredAreCompared() {
    var results = new Results();
    results.add("us", MEASURED);
    results.add("them", new Measurement(Map.of("events", 50.0, "seconds", 1.0), 0.01, 0.01));
    var outcome = ROW.outcome(results);
    assertThat(outcome.figure().ratio()).isEqualTo(2);
    assertThat(outcome.figure().cpuRatio()).isEqualTo(2);
    assertThat(outcome.holds()).isTrue();
  }

  @Test
  void everyRowHasANameOfItsOwnAndSidesThatExist() {
    requireNamesAndSides(EventRows.ALL, EventSides.all(5, 4, false));
    requireNamesAndSides(SagaRows.ALL, SagaSides.all(4));
  }

  private static void requireNamesAndSides(List<Row> rows, List<Side> all) {
    var names = new HashSet<String>();
    List<String> sides = all.stream().map(Side::name).toList();
    for (Row row : rows) {
      assertThat(names.add(row.name())).as(row.name()).isTrue();
      assertThat(sides).as(row.name()).containsAll(row.sides());
    }
    assertThat(sides).doesNotHaveDuplicates();
  }

  @Test
  void everySideOnAJvmHasAContender() {
    assertThat(Contenders.all().keySet())
        .containsAll(
            Stream.concat(EventSides.all(5, 4, false).stream(), SagaSides.all(4).stream())
                .filter(it -> !it.isNode())
                .map(Side::contender)
                .toList());
  }
}
