package io.iworx.eventbus;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.eventbus.Progress.Turn;
import io.iworx.eventbus.WaitingKey.Turn.Free;
import io.iworx.eventbus.WaitingKey.Turn.Late;
import io.iworx.eventbus.WaitingKey.Turn.Skipped;
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
    return BlockedKey.event(entry(position, key), 1, Instant.EPOCH, "no");
  }

  private static BlockedKey rest(long from) {
    return BlockedKey.rest("a", from, Instant.EPOCH);
  }

  /** What the key goes on with when its row is this. */
  private WaitingKey.Turn next(BlockedKey row) {
    progress.blockedKeys().stream()
        .filter(it -> "a".equals(it.key()) && !it.equals(row))
        .forEach(it -> progress.change(it, row));
    return progress.next(row);
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
    progress.block(row(12, "a"), List.of());
    assertThat(progress.begin(entry(13, "a"))).isEqualTo(Turn.WAIT);
    assertThat(progress.begin(entry(14, "b"))).isEqualTo(Turn.DELIVER);
    assertThat(next(row(12, "a"))).isEqualTo(new Skipped(13));
  }

  @Test
  void writesABlockedKeyWithTheCheckpointThatPassesIt() {
    progress.begin(entry(12, "a"));
    progress.block(row(12, "a"), List.of());
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
    progress.block(row(12, "a"), List.of());
    assertThat(next(row(12, "a"))).isEqualTo(new Free());
    var advance = progress.prepare();
    assertThat(advance.blocked()).isEmpty();
    assertThat(advance.freed()).isEmpty();
  }

  @Test
  void freesInTheStoreWhatEndedWhileItWasBeingWritten() {
    progress.begin(entry(12, "a"));
    progress.block(row(12, "a"), List.of());
    var underWay = progress.prepare();
    next(row(12, "a"));
    progress.written(underWay);
    var next = progress.prepare();
    assertThat(next.freed()).containsExactly(row(12, "a").id());
    progress.written(next);
    assertThat(progress.prepare().freed()).isEmpty();
  }

  @Test
  void doesNotLetAKeyGoWhileSkippedEventsAreUnread() {
    progress.begin(entry(12, "a"));
    progress.block(row(12, "a"), List.of());
    progress.begin(entry(13, "a"));
    assertThat(next(row(12, "a"))).isEqualTo(new Skipped(13));
    assertThat(next(rest(13))).isEqualTo(new Skipped(13)); // it was not taken
    assertThat(next(rest(14))).isEqualTo(new Free());
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
    assertThat(later.next(blocked)).isEqualTo(new Skipped(11));
    later.change(blocked, rest(12));
    assertThat(later.next(rest(12))).isEqualTo(new Free());
    assertThat(later.prepare().freed()).containsExactly(blocked.id());
  }

  @Test
  void anEventBehindOneThatIsBlockedLaterWaitsToo() {
    progress.begin(entry(12, "a"));
    progress.begin(entry(13, "a"));
    progress.block(row(12, "a"), List.of());
    assertThat(progress.waitsToo(entry(13, "a"))).isTrue();
    assertThat(next(row(12, "a"))).isEqualTo(new Skipped(13));
    progress.passed(Checkpoint.at(13));
    assertThat(checkpoint()).isEqualTo(Checkpoint.at(13));
  }

  @Test
  void anEventThatShowsAfterItsKeyWasReadIsNotForgotten() {
    progress.begin(entry(12, "a"));
    progress.block(row(12, "a"), List.of());
    progress.begin(entry(15, "a"));
    assertThat(next(row(12, "a"))).isEqualTo(new Skipped(15)); // 14 is not committed yet
    assertThat(progress.begin(entry(14, "a"))).isEqualTo(Turn.LATE);
    progress.passed(Checkpoint.at(15));
    assertThat(checkpoint().isPast(14)).isFalse();
    assertThat(next(rest(16))).isEqualTo(new Late(entry(14, "a")));
    progress.change(rest(16), row(14, "a").withBehind(16));
    assertThat(checkpoint().isPast(14)).isTrue(); // what is blocked says so
    assertThat(next(rest(16))).isEqualTo(new Free());
  }

  @Test
  void anEventThatShowsWhereTheRestOfItsKeyBeginsIsNotForgotten() {
    progress.begin(entry(12, "a"));
    progress.block(row(12, "a"), List.of());
    progress.begin(entry(13, "a"));
    progress.begin(entry(15, "a"));
    assertThat(next(rest(13))).isEqualTo(new Skipped(15)); // 14 is not committed yet
    progress.change(rest(13), row(13, "a"));
    assertThat(progress.begin(entry(14, "a"))).isEqualTo(Turn.LATE);
    progress.passed(Checkpoint.at(15));
    progress.change(row(13, "a"), rest(14)); // 13 is handled
    progress.change(rest(14), rest(16)); // and 15, which was read with it
    assertThat(progress.next(rest(16))).isEqualTo(new Late(entry(14, "a")));
  }

  @Test
  void anEventThatShowsLateButBeforeItsTurnKeepsItsPlace() {
    progress.begin(entry(12, "a"));
    progress.block(row(12, "a"), List.of());
    progress.begin(entry(15, "a"));
    next(row(12, "a"));
    progress.begin(entry(14, "a"));
    progress.passed(Checkpoint.at(15));
    assertThat(next(row(12, "a"))).isEqualTo(new Skipped(15)); // 12 failed again
    assertThat(progress.isInHand(14)).isFalse();
    assertThat(checkpoint()).isEqualTo(Checkpoint.at(15)); // it waits with its key
  }

  @Test
  void aLateEventComesBeforeThoseThatWereSkippedAfterItShowed() {
    progress.begin(entry(12, "a"));
    progress.block(row(12, "a"), List.of());
    next(rest(14)); // which frees the key: 13 was rolled back
    progress.begin(entry(15, "a"));
    progress.block(row(15, "a"), List.of());
    assertThat(progress.begin(entry(14, "a"))).isEqualTo(Turn.LATE);
    assertThat(progress.begin(entry(16, "a"))).isEqualTo(Turn.WAIT);
    assertThat(next(row(15, "a"))).isEqualTo(new Late(entry(14, "a"))); // though nothing was passed
  }

  @Test
  void doesNotBlockBehindALateEventWhatWasDeliveredBeforeIt() {
    progress.begin(entry(14, "a"));
    progress.finished(14);
    progress.begin(entry(12, "a"));
    progress.begin(entry(15, "a"));
    var blocked = progress.block(row(12, "a"), List.of(entry(15, "a")));
    assertThat(blocked.behind()).isEqualTo(15);
    assertThat(next(blocked)).isEqualTo(new Skipped(15));
  }

  @Test
  void theEventThatHoldsItsKeyUpMayShowAgain() {
    var blocked = row(12, "a").withBehind(15);
    var claim =
        new Claim(
            "s",
            0,
            1,
            "i",
            2,
            new Checkpoint(14, positions(12)),
            List.of(blocked),
            false,
            Duration.ofSeconds(10),
            Instant.EPOCH);
    var later = new Progress(claim, Progress.MAX_PENDING_RANGES);
    assertThat(later.begin(entry(12, "a"))).isEqualTo(Turn.WAIT);
    later.passed(Checkpoint.at(14));
    assertThat(later.prepare().checkpoint()).isEqualTo(Checkpoint.at(14));
  }

  @Test
  void aKeyThatIsHeldKeepsWhatIsBegunFromThenOn() {
    progress.begin(entry(12, "a"));
    progress.begin(entry(13, "b"));
    var held = requireNonNull(progress.hold("a", Instant.EPOCH));
    assertThat(progress.hold("a", Instant.EPOCH)).isNull();
    assertThat(progress.begin(entry(14, "a"))).isEqualTo(Turn.WAIT);
    var failed = progress.block(row(12, "a"), List.of()); // which was under way
    assertThat(progress.isCurrent(held)).isFalse();
    assertThat(next(failed)).isEqualTo(new Skipped(14));
    progress.passed(Checkpoint.at(14));
    assertThat(checkpoint()).isEqualTo(new Checkpoint(14, positions(13)));
  }
}
