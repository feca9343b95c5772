package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class SettledMarksTest {
  private final SettledMarks marks = new SettledMarks();

  @Test
  void settlesAtOnceWhenNobodyWrites() {
    assertThat(marks.observe(7, Set.of())).isEqualTo(7);
  }

  @Test
  void anEmptyLogIsSettledEvenWhileSomebodyWrites() {
    assertThat(marks.observe(0, Set.of("3/1"))).isZero();
  }

  @Test
  void isUnknownWhileTheFirstPublisherIsOpen() {
    assertThat(marks.observe(7, Set.of("3/1"))).isEqualTo(SettledMarks.UNKNOWN);
  }

  @Test
  void waitsForThoseWhoHeldTheLockWhenThePositionWasRead() {
    marks.observe(5, Set.of());
    assertThat(marks.observe(7, Set.of("3/1", "4/1"))).isEqualTo(5);
    assertThat(marks.observe(7, Set.of("4/1"))).isEqualTo(5);
    assertThat(marks.observe(7, Set.of())).isEqualTo(7);
  }

  @Test
  void doesNotWaitForThoseWhoCameLater() {
    marks.observe(7, Set.of("3/1"));
    assertThat(marks.observe(9, Set.of("4/1"))).isEqualTo(7);
    assertThat(marks.observe(12, Set.of("5/1"))).isEqualTo(9);
  }

  @Test
  void thePreparedFormOfAWriterIsWaitedFor() {
    marks.observe(7, Set.of("3/1"));
    assertThat(marks.observe(7, Set.of("-1/900"))).isEqualTo(SettledMarks.UNKNOWN);
    assertThat(marks.observe(7, Set.of("-1/900", "5/1"))).isEqualTo(SettledMarks.UNKNOWN);
    assertThat(marks.observe(7, Set.of("5/1"))).isEqualTo(7);
  }

  @Test
  void thePreparedFormIsWaitedForWhenItIsListedBesideTheOrdinaryOne() {
    marks.observe(7, Set.of("3/1"));
    marks.observe(7, Set.of("3/1", "-1/900"));
    assertThat(marks.observe(7, Set.of("-1/900"))).isEqualTo(SettledMarks.UNKNOWN);
    assertThat(marks.observe(7, Set.of())).isEqualTo(7);
  }

  @Test
  void preparedTransactionsThatKeepComingDoNotHoldUpForEver() {
    marks.observe(7, Set.of("3/1"));
    marks.observe(9, Set.of("-1/900", "4/1"));
    assertThat(marks.observe(12, Set.of("-1/901", "5/1"))).isEqualTo(7);
  }

  /** A world of transactions that take a lock, are given positions, prepare, end. */
  @RepeatedTest(200)
  void neverSettlesWhatCanStillCome(RepetitionInfo repetition) {
    long seed = 1_000L + repetition.getCurrentRepetition();
    Random random = new Random(seed);
    List<Writer> open = new ArrayList<>();
    long next = 1;
    long settled = SettledMarks.UNKNOWN;
    for (int step = 0; step < 500; step++) {
      switch (random.nextInt(6)) {
        case 0 -> open.add(new Writer("3/" + step));
        case 1, 2 -> {
          List<Writer> ordinary = open.stream().filter(writer -> !writer.prepared).toList();
          if (!ordinary.isEmpty()) {
            ordinary.get(random.nextInt(ordinary.size())).positions.add(next++);
          }
        }
        case 3 -> {
          if (!open.isEmpty()) {
            open.remove(random.nextInt(open.size()));
          }
        }
        case 4 -> {
          if (!open.isEmpty()) {
            Writer writer = open.get(random.nextInt(open.size()));
            writer.prepared = true;
            writer.name = writer.name.replace("3/", "-1/");
          }
        }
        default -> {
          Set<String> holders =
              open.stream().map(writer -> writer.name).collect(Collectors.toSet());
          settled = marks.observe(next - 1, holders);
        }
      }
      long known = settled;
      assertThat(open)
          .as("seed %d, step %d", seed, step)
          .allSatisfy(
              writer ->
                  assertThat(writer.positions).allSatisfy(p -> assertThat(p).isGreaterThan(known)));
    }
  }

  private static final class Writer {
    private String name;
    private boolean prepared;
    private final List<Long> positions = new ArrayList<>();

    private Writer(String name) {
      this.name = name;
    }
  }
}
