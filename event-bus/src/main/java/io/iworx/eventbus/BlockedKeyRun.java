package io.iworx.eventbus;

import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.LogEntry;
import java.time.Duration;
import java.time.Instant;
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
        if (followed()) {
          return;
        }
      } else if (retryAt == null || !waited(retryAt) || !tried()) {
        return;
      }
    }
  }

  /** Tries the event once, and goes on in a thread of its own unless that settles it. */
  void runOnce() throws InterruptedException {
    if (tried() && (row.eventId() != null || !followed())) {
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
        change(Retries.row(entry, attempt, retries.now().plus(wait), Reason.of(failure)));
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
    change(
        new BlockedKey(
            row.position(),
            row.key(),
            row.eventId(),
            attempt,
            row.retryAt(),
            Crashes.oneMore(row.reason())));
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
      tenure.progress().release(row, Long.MAX_VALUE);
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
            ? Retries.row(entry, tried, null, Reason.of(failure))
            : next();
    tenure.flush();
    tenure.changeBlocked(row, after, List.of(letter), List.of());
    if (after == null) {
      return false;
    }
    row = after;
    return after.eventId() == null;
  }

  /**
   * Delivers what was skipped; returns whether the key has been let go. An event that fails on the
   * way takes the place of the first.
   */
  private boolean followed() throws InterruptedException {
    var key = row.key();
    if (key == null) {
      tenure.progress().release(row, Long.MAX_VALUE);
      return true;
    }
    for (var late : tenure.progress().takeLate(key)) {
      deliverLate(late);
    }
    var readUpTo = tenure.progress().readAgain(key);
    var behind = subscriber.log().readKey(key, row.position() - 1, readUpTo, AT_ONCE);
    for (var entry : behind) {
      if (!tenure.lasts()) {
        return true;
      }
      if (!subscriber.decoder().matches(entry)) {
        continue;
      }
      if (tenure.progress().isUnread(entry.position())) {
        // It is there, and the reader will come to it: going past it would turn the order round.
        change(new BlockedKey(entry.position(), key, null, 0, retries.now(), ""));
        tenure.pause(LOOK_UP);
        return false;
      }
      if (tenure.progress().isInHand(entry.position())) {
        continue;
      }
      change(Retries.row(entry, 0, retries.now(), ""));
      if (!tried() || row.eventId() != null) {
        return row.eventId() == null || row.retryAt() == null || !tenure.lasts();
      }
    }
    if (behind.size() < AT_ONCE) {
      return tenure.progress().release(row, readUpTo);
    }
    var last = behind.getLast().position();
    change(new BlockedKey(last + 1, key, null, 0, retries.now(), ""));
    return false;
  }

  /** One that showed after later ones of its key had been handled: there is no order to keep. */
  private void deliverLate(LogEntry entry) throws InterruptedException {
    var outcome =
        switch (subscriber.handover()) {
          case Handover.Plain<?> plain -> attempts.plainly(plain, entry, 1, tenure);
          case Handover.InTransaction inTransaction ->
              attempts.inTransaction(
                  inTransaction,
                  List.of(entry),
                  1,
                  tenure,
                  work -> tenure.handleIn(List.of(entry), work));
        };
    switch (outcome) {
      case Outcome.Handled() -> tenure.progress().finished(entry.position());
      case Outcome.Expired() -> tenure.progress().expired(entry.position());
      case Outcome.NotTried() -> {}
      case Outcome.RetryAfter(var wait, var failure) -> retries.blockAlone(entry, 1, wait, failure);
      case Outcome.SetAside(var failure) -> retries.setAside(entry, failure, List.of());
      case Outcome.LogFailed(var failure) -> tenure.end(failure);
    }
  }

  private void change(BlockedKey after) {
    tenure.progress().change(row, after);
    row = after;
  }

  private @Nullable BlockedKey next() {
    return row.key() == null
        ? null
        : new BlockedKey(row.position() + 1, row.key(), null, 0, retries.now(), "");
  }
}
