package io.iworx.eventbus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class CheckpointerTest {
  @Test
  void standsBeforeTheFirstUnfinishedEvent() {
    var checkpointer = new Checkpointer(10);
    checkpointer.started(12);
    checkpointer.started(15);
    checkpointer.passed(20);
    assertThat(checkpointer.checkpoint()).isEqualTo(11);
    checkpointer.finished(15);
    assertThat(checkpointer.checkpoint()).isEqualTo(11);
    checkpointer.finished(12);
    assertThat(checkpointer.checkpoint()).isEqualTo(20);
  }

  @Test
  void movesOverEventsThatDoNotMatch() {
    var checkpointer = new Checkpointer(0);
    checkpointer.passed(7);
    assertThat(checkpointer.checkpoint()).isEqualTo(7);
  }

  /** Any order of finishing: never beyond an unfinished event, never back, at last at the end. */
  @RepeatedTest(20)
  void neverPassesAnUnfinishedEvent(RepetitionInfo repetition) {
    var seed = repetition.getCurrentRepetition();
    var random = new Random(seed);
    var checkpointer = new Checkpointer(0);
    var unfinished = new TreeSet<Long>();
    for (long position = 1; position <= 100; position++) {
      if (random.nextBoolean()) {
        checkpointer.started(position);
        unfinished.add(position);
      }
    }
    checkpointer.passed(100);
    var order = new ArrayList<>(unfinished);
    Collections.shuffle(order, random);
    var last = 0L;
    for (var position : order) {
      assertThat(checkpointer.checkpoint()).as("seed %d", seed).isLessThan(unfinished.first());
      checkpointer.finished(position);
      unfinished.remove(position);
      assertThat(checkpointer.checkpoint()).as("seed %d", seed).isGreaterThanOrEqualTo(last);
      last = checkpointer.checkpoint();
    }
    assertThat(last).as("seed %d", seed).isEqualTo(100);
  }
}
