package io.iworx.eventbus;

import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.LogEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Works for one key, or one event without a key, that waits: tries the event that failed until it
 * is handled or set aside, then reads again and delivers what was skipped behind it, and then lets
 * the key go. One thread's own.
 */
final class BlockedKeyRun {
  private static final int AT_ONCE = 100;
  private static final Duration LOOK_UP = Duration.ofMillis(20);

  private final Subscriber<?> subscriber;
  private final Attempts attempts;
  private final Tenure tenure;
  private final Retries retries;
  private BlockedKey row;

  /** Read again, and not come to yet. */
  private final ArrayDeque<LogEntry> skipped = new ArrayDeque<>();

  /** How far that goes. */
  private long readUpTo;

  /** What waits once the event in hand is done with: the rest of its key, or nothing. */
  private @Nullable BlockedKey next;

  BlockedKeyRun(
      Subscriber<?> subscriber, Attempts attempts, Tenure tenure, Retries retries, BlockedKey row) {
    this.subscriber = subscriber;
    this.attempts = attempts;
    this.tenure = tenure;
    this.retries = retries;
    this.row = row;
  }

  /** Until the key goes on, the tenure ends, or only an operator can help. */
  void run() throws InterruptedException {
    while (tenure.lasts()) {
      var retryAt = row.retryAt();
      if (row.eventId() == null) {
        if (!goesOn()) {
          return;
        }
      } else if (retryAt == null || !waited(retryAt) || !tried()) {
        return;
      }
    }
  }

  /** Tries the event once, and goes on in a thread of its own unless that settles it. */
  void runOnce() throws InterruptedException {
    if (tried() && (row.eventId() != null || goesOn())) {
      retries.resume(row);
    }
  }

  private boolean waited(Instant until) throws InterruptedException {
    return tenure.pause(Duration.between(retries.now(), until));
  }

  /** Tries the event that holds the key up; returns whether there is more to do. */
  private boolean tried() throws InterruptedException {
    var slice = tenure.at(row.position());
    if (slice.upTo().pending().contains(row.position())) {
      return tenure.pause(LOOK_UP); // whoever held the partition before had read further
    }
    if (slice.entries().isEmpty()) { // retention was told not to wait for it
      return settled();
    }
    var entry = slice.entries().getFirst();
    if (Crashes.in(row.reason()) >= Crashes.MAX) {
      return setAside(entry, row.attempts(), new EventException(Crashes.CRASHED + "."));
    }
    return handled(entry);
  }

  private boolean handled(LogEntry entry) throws InterruptedException {
    var attempt = row.attempts() + 1;
    next = next();
    if (tenure.claim().afterCrash()) {
      note(attempt);
    }
    return switch (attempt(entry, attempt)) {
      case Outcome.Handled() -> moved();
      case Outcome.Expired() -> {
        tenure.progress().expired(row.position());
        yield settled();
      }
      case Outcome.RetryAfter(var wait, var failure) -> {
        change(row.tried(attempt, retries.now().plus(wait), Reason.of(failure)));
        yield true;
      }
      case Outcome.SetAside(var failure) -> setAside(entry, attempt, failure);
      case Outcome.LogFailed(var failure) -> {
        tenure.end(failure);
        yield false;
      }
      case Outcome.NotTried() -> tenure.pause(LOOK_UP);
    };
  }

  /** Should the process end now, the next one knows what it did last. */
  private void note(int attempt) {
    change(row.tried(attempt, row.retryAt(), Crashes.oneMore(row.reason())));
    tenure.flush();
  }

  private Outcome attempt(LogEntry entry, int attempt) {
    return switch (subscriber.handover()) {
      case Handover.Plain<?> plain -> {
        try {
          yield attempts.plainly(plain, entry, attempt, tenure);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          yield new Outcome.NotTried();
        }
      }
      case Handover.InTransaction inTransaction -> {
        // What is freed with the effect must be there, and the event be known to be behind.
        if (!tenure.flush().isPast(row.position())) {
          yield new Outcome.NotTried();
        }
        yield attempts.inTransaction(
            inTransaction,
            List.of(entry),
            attempt,
            tenure,
            work -> tenure.handleBlockedIn(row, next, List.of(), work));
      }
    };
  }

  /** The effect is there; the row still has to say so, unless it was in one transaction with it. */
  private boolean moved() {
    if (!(subscriber.handover() instanceof Handover.InTransaction)) {
      return settled();
    }
    if (next == null) {
      return false;
    }
    row = next;
    return true;
  }

  private boolean settled() {
    next = next();
    if (next == null) {
      tenure.progress().release(row);
      return false;
    }
    change(next);
    return true;
  }

  private boolean setAside(LogEntry entry, int tried, Throwable failure) {
    attempts.logSetAside(entry, tried, failure);
    var letter = retries.letter(entry, tried, failure);
    var after =
        row.key() != null && retries.keyWaits(entry)
            ? row.tried(tried, null, Reason.of(failure))
            : next();
    tenure.flush();
    tenure.changeBlocked(row, after, List.of(letter), List.of());
    if (after == null) {
      return false;
    }
    row = after;
    return after.eventId() == null;
  }

  /** Takes what is next of those that wait behind; returns false when nothing is. */
  private boolean goesOn() {
    var key = row.key();
    if (key == null) {
      tenure.progress().release(row);
      return false;
    }
    for (var entry = skipped.poll(); entry != null; entry = skipped.poll()) {
      if (waits(entry)) {
        takes(entry);
        return true;
      }
    }
    if (row.behind() <= readUpTo) {
      change(BlockedKey.rest(key, readUpTo + 1, retries.now()));
    }
    return switch (tenure.progress().next(row)) {
      case WaitingKey.Turn.Free() -> false;
      case WaitingKey.Turn.Late(var entry) -> {
        takes(entry);
        yield true;
      }
      case WaitingKey.Turn.Skipped(var upTo) -> {
        skipped.addAll(subscriber.log().readKey(key, row.behind() - 1, upTo, AT_ONCE));
        readUpTo = skipped.size() < AT_ONCE ? upTo : skipped.getLast().position();
        yield true;
      }
    };
  }

  /**
   * Whether an event of the key is one that was skipped. What the reader has not come to yet was
   * not durable when those were published that it did come to, and what is in hand showed after
   * them: both come later.
   */
  private boolean waits(LogEntry entry) {
    return subscriber.decoder().matches(entry)
        && !tenure.progress().isUnread(entry.position())
        && !tenure.progress().isInHand(entry.position());
  }

  private void takes(LogEntry entry) {
    change(
        BlockedKey.event(entry, 0, retries.now(), "")
            .withBehind(Math.max(row.behind(), entry.position() + 1)));
  }

  private void change(BlockedKey after) {
    tenure.progress().change(row, after);
    row = after;
  }

  private @Nullable BlockedKey next() {
    return row.key() == null ? null : BlockedKey.rest(row.key(), row.behind(), retries.now());
  }
}
