package io.iworx.eventbus;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.eventbus.Progress.Turn;
import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Positions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final Claim CLAIM =
      new Claim(
          "s",
          0,
          1,
          "i",
          1,
          Checkpoint.at(10),
          List.of(),
          false,
          Duration.ofSeconds(10),
          Instant.EPOCH);

  private final Progress progress = new Progress(CLAIM, Progress.MAX_PENDING_RANGES);

  private static LogEntry entry(long position, @Nullable String key) {
    return new LogEntry(
        position, "e" + position, "t", "s", null, null, Instant.EPOCH, key, "{}", "{}", null, null);
  }

  private static BlockedKey row(long position, @Nullable String key) {
    return new BlockedKey(position, key, "e" + position, 1, Instant.EPOCH, "no");
  }

  private static Positions positions(long... positions) {
    return Positions.of(positions);
  }

  private Checkpoint checkpoint() {
    return requireNonNull(progress.prepare().checkpoint());
  }

  @Test
  void isPastWhatIsFinishedAndHasTheRestPending() {
    assertThat(progress.begin(entry(12, "a"))).isEqualTo(Turn.DELIVER);
    assertThat(progress.begin(entry(15, "b"))).isEqualTo(Turn.DELIVER);
    assertThat(checkpoint()).isEqualTo(Checkpoint.at(10));
    progress.passed(new Checkpoint(20, positions(13)));
    assertThat(checkpoint()).isEqualTo(new Checkpoint(20, positions(12, 13, 15)));
    progress.finished(12);
    assertThat(checkpoint()).isEqualTo(new Checkpoint(20, positions(13, 15)));
    assertThat(progress.solid()).isEqualTo(12);
  }

  @Test
  void waitsForTheOldestWhenTooMuchIsPending() {
    for (var position = 12; position < 12 + 4 * Progress.MAX_PENDING_RANGES; position += 2) {
      progress.begin(entry(position, null));
    }
    progress.passed(Checkpoint.at(5_000));
    var cut = checkpoint();
    assertThat(cut.pending().ranges()).isEqualTo(Progress.MAX_PENDING_RANGES);
    assertThat(cut.position()).isEqualTo(12 + 2 * Progress.MAX_PENDING_RANGES - 1);
  }

  @Test
  void skipsTheEventsOfAKeyThatWaitsAndNoOthers() {
    progress.begin(entry(12, "a"));
    progress.block(row(12, "a"));
    assertThat(progress.begin(entry(13, "a"))).isEqualTo(Turn.WAIT);
    assertThat(progress.begin(entry(14, "b"))).isEqualTo(Turn.DELIVER);
    assertThat(progress.begin(entry(11, "a"))).isEqualTo(Turn.LATE);
    assertThat(progress.takeLate("a")).isEmpty(); // no checkpoint would say that it was read
    progress.passed(Checkpoint.at(14));
    assertThat(progress.takeLate("a")).extracting(LogEntry::position).containsExactly(11L);
    assertThat(progress.takeLate("a")).isEmpty();
    assertThat(progress.readAgain("a")).isEqualTo(13);
  }

  @Test
  void writesABlockedKeyWithTheCheckpointThatPassesIt() {
    progress.begin(entry(12, "a"));
    progress.block(row(12, "a"));
    progress.passed(Checkpoint.at(12));
    var advance = progress.prepare();
    assertThat(advance.blocked()).containsExactly(row(12, "a"));
    assertThat(advance.checkpoint()).isEqualTo(Checkpoint.at(12));
    progress.written(advance);
    assertThat(progress.isDirty()).isFalse();
    assertThat(progress.prepare().blocked()).isEmpty();
    assertThat(progress.solid()).isEqualTo(11);
  }

  @Test
  void tellsTheStoreNothingOfAWaitThatEndedBeforeItWasWritten() {
    progress.begin(entry(12, "a"));
    progress.block(row(12, "a"));
    assertThat(progress.release(row(12, "a"), 12)).isTrue();
    var advance = progress.prepare();
    assertThat(advance.blocked()).isEmpty();
    assertThat(advance.freed()).isEmpty();
  }

  @Test
  void freesInTheStoreWhatEndedWhileItWasBeingWritten() {
    progress.begin(entry(12, "a"));
    progress.block(row(12, "a"));
    var underWay = progress.prepare();
    progress.release(row(12, "a"), 12);
    progress.written(underWay);
    var next = progress.prepare();
    assertThat(next.freed()).containsExactly(row(12, "a").id());
    progress.written(next);
    assertThat(progress.prepare().freed()).isEmpty();
  }

  @Test
  void doesNotLetAKeyGoWhileSkippedEventsAreUnread() {
    progress.begin(entry(12, "a"));
    progress.block(row(12, "a"));
    progress.begin(entry(13, "a"));
    assertThat(progress.release(row(12, "a"), 12)).isFalse();
    progress.change(row(12, "a"), row(13, "a"));
    assertThat(progress.release(row(13, "a"), 13)).isTrue();
    assertThat(progress.begin(entry(14, "a"))).isEqualTo(Turn.DELIVER);
  }

  @Test
  void goesOnWithWhatWasBlockedWhenItWasClaimed() {
    var blocked = row(5, "a");
    var claim =
        new Claim(
            "s",
            0,
            1,
            "i",
            2,
            Checkpoint.at(10),
            List.of(blocked),
            false,
            Duration.ofSeconds(10),
            Instant.EPOCH);
    var later = new Progress(claim, Progress.MAX_PENDING_RANGES);
    assertThat(later.begin(entry(11, "a"))).isEqualTo(Turn.WAIT);
    assertThat(later.release(blocked, 10)).isFalse();
    assertThat(later.release(blocked, 11)).isTrue();
    assertThat(later.prepare().freed()).containsExactly(blocked.id());
  }

  @Test
  void anEventBehindOneThatIsBlockedLaterWaitsToo() {
    progress.begin(entry(12, "a"));
    progress.begin(entry(13, "a"));
    progress.block(row(12, "a"));
    assertThat(progress.waitsToo(entry(13, "a"))).isTrue();
    assertThat(progress.readAgain("a")).isEqualTo(13);
    progress.passed(Checkpoint.at(13));
    assertThat(checkpoint()).isEqualTo(Checkpoint.at(13));
  }

  @Test
  void anEventThatShowsAfterItsKeyWasReadIsNotForgotten() {
    progress.begin(entry(12, "a"));
    progress.block(row(12, "a"));
    progress.begin(entry(15, "a"));
    assertThat(progress.readAgain("a")).isEqualTo(15); // 14 is not committed yet
    assertThat(progress.begin(entry(14, "a"))).isEqualTo(Turn.LATE);
    progress.passed(Checkpoint.at(15));
    assertThat(checkpoint().isPast(14)).isFalse();
    progress.change(row(12, "a"), row(15, "a"));
    assertThat(progress.release(row(15, "a"), 15)).isFalse();
    assertThat(progress.takeLate("a")).extracting(LogEntry::position).containsExactly(14L);
    progress.finished(14);
    assertThat(progress.release(row(15, "a"), 15)).isTrue();
  }

  @Test
  void anEventThatShowsLateButBeforeItsTurnKeepsItsPlace() {
    progress.begin(entry(12, "a"));
    progress.block(row(12, "a"));
    progress.begin(entry(15, "a"));
    progress.readAgain("a");
    progress.begin(entry(14, "a"));
    progress.passed(Checkpoint.at(15));
    assertThat(progress.takeLate("a")).isEmpty(); // 12 waits still
    assertThat(progress.readAgain("a")).isEqualTo(15);
    assertThat(progress.isInHand(14)).isFalse();
    assertThat(checkpoint()).isEqualTo(Checkpoint.at(15)); // it waits with its key
  }
}
