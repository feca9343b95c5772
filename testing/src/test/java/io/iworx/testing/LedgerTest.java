package io.iworx.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The counter counts: each planted fault is found, and nothing where there is none. */
class LedgerTest {
  private final Ledger ledger = new Ledger();

  @BeforeEach
  void publish() {
    for (var id : List.of("a1", "a2", "a3")) {
      ledger.published("a", id);
    }
    ledger.published("b", "b1");
  }

  private void deliver(String... ids) {
    for (var id : ids) {
      ledger.delivered(id.substring(0, 1), id);
    }
  }

  @Test
  void findsNothingWhereAllIsWell() {
    deliver("a1", "b1", "a2", "a3");
    assertThat(ledger.missing()).isEmpty();
    assertThat(ledger.repeated()).isEmpty();
    assertThat(ledger.outOfOrder()).isEmpty();
    assertThat(ledger.uncalledFor()).isEmpty();
  }

  @Test
  void findsAPlantedLoss() {
    deliver("a1", "a3", "b1");
    assertThat(ledger.missing()).containsExactly("a2");
    assertThat(ledger.outOfOrder()).isEmpty();
  }

  @Test
  void findsAPlantedRepetition() {
    deliver("a1", "a2", "a1", "a3", "b1");
    assertThat(ledger.repeated()).containsExactly("a1");
    assertThat(ledger.outOfOrder()).isEmpty();
  }

  @Test
  void findsAPlantedDisorder() {
    deliver("a2", "a1", "a3", "b1");
    assertThat(ledger.outOfOrder()).containsExactly("a");
  }

  @Test
  void findsWhatNobodyPublished() {
    deliver("a1", "a2", "a3", "b1", "c1");
    assertThat(ledger.uncalledFor()).containsExactly("c1");
  }
}
