package io.iworx.eventbus.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class PositionsTest {

  private static Positions random(Random random, SortedSet<Long> as) {
    var count = random.nextInt(30);
    for (var i = 0; i < count; i++) {
      as.add(random.nextLong(60));
    }
    return Positions.of(as);
  }

  @RepeatedTest(200)
  void isTheSameAsASetOfNumbers(RepetitionInfo repetition) {
    var random = new Random(repetition.getCurrentRepetition());
    var a = new TreeSet<Long>();
    var b = new TreeSet<Long>();
    var positions = random(random, a);
    var others = random(random, b);
    var union = new TreeSet<>(a);
    union.addAll(b);
    var rest = new TreeSet<>(a);
    rest.removeAll(b);
    var middle = random.nextLong(60);
    assertThat(numbers(positions)).isEqualTo(a);
    assertThat(numbers(positions.plus(others))).isEqualTo(union);
    assertThat(positions.plus(others)).isEqualTo(Positions.of(union));
    assertThat(numbers(positions.minus(others))).isEqualTo(rest);
    assertThat(numbers(positions.upTo(middle))).isEqualTo(a.headSet(middle, true));
    assertThat(positions.count()).isEqualTo(a.size());
    for (var i = 0L; i < 60; i++) {
      assertThat(positions.contains(i)).isEqualTo(a.contains(i));
    }
    assertThat(Positions.parse(positions.toString())).isEqualTo(positions);
  }

  private static SortedSet<Long> numbers(Positions positions) {
    return positions.stream().boxed().collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void joinsNeighbours() {
    var positions = Positions.of(3, 4, 5, 9);
    assertThat(positions.ranges()).isEqualTo(2);
    assertThat(positions).hasToString("{[3,6),[9,10)}");
    assertThat(positions.first()).isEqualTo(3);
    assertThat(Positions.between(2, 5)).isEqualTo(Positions.of(3, 4, 5));
    assertThat(Positions.between(5, 5)).isEqualTo(Positions.none());
  }

  @Test
  void refusesOtherTexts() {
    for (var text : new String[] {"", "{", "{[1,2]}", "{[1,2),}", "[1,2)", "{(,)}", "{[1,)}"}) {
      assertThatThrownBy(() -> Positions.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
