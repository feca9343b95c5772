package io.iworx.eventbus;

import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.DeadLetter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Delivers dead letters of one key again, in order, while later events of the key wait. One
 * thread's own.
 */
final class Redrive {
  private final Subscriber<?> subscriber;
  private final Attempts attempts;
  private final Tenure tenure;
  private final Retries retries;
  private final Delivering delivering;

  Redrive(
      Subscriber<?> subscriber,
      Attempts attempts,
      Tenure tenure,
      Retries retries,
      Delivering delivering) {
    this.subscriber = subscriber;
    this.attempts = attempts;
    this.tenure = tenure;
    this.retries = retries;
    this.delivering = delivering;
  }

  void run(List<DeadLetter> letters) throws InterruptedException {
    var key = letters.getFirst().entry().key();
    var held = key == null ? null : hold(key);
    if (key != null
        && (held == null
            || !retries.awaitIdle(delivering, key)
            || !tenure.progress().isCurrent(held))) {
      return; // the key waits for another event of its own: later
    }
    var all = true;
    for (var letter : letters) {
      all &= redriven(letter);
    }
    if (held != null) {
      letGo(held, all);
    }
  }

  /** Makes the key wait; null when it waits for something else. */
  private @Nullable BlockedKey hold(String key) {
    for (var row : tenure.progress().blockedKeys()) {
      if (key.equals(row.key())) {
        return row.retryAt() == null ? row : null;
      }
    }
    return tenure.progress().hold(key, retries.now());
  }

  /** After dead letters that the key waits for, it waits until the last of them is gone. */
  private void letGo(BlockedKey held, boolean all) {
    if (held.retryAt() != null) {
      retries.resume(held);
    } else if (all) {
      retries.letGoUnlessDead(held);
    }
  }

  private boolean redriven(DeadLetter letter) throws InterruptedException {
    var entry = letter.entry();
    var attempt = letter.attempts() + 1;
    var outcome =
        switch (subscriber.handover()) {
          case Handover.Plain<?> plain -> attempts.plainly(plain, entry, attempt, tenure);
          case Handover.InTransaction inTransaction ->
              attempts.inTransaction(
                  inTransaction,
                  List.of(entry),
                  attempt,
                  tenure,
                  work -> tenure.handleBlockedIn(null, null, List.of(entry.id()), work));
        };
    return switch (outcome) {
      case Outcome.Handled() -> {
        if (subscriber.handover() instanceof Handover.Plain) {
          tenure.changeBlocked(null, null, List.of(), List.of(entry.id()));
        }
        yield true;
      }
      case Outcome.Expired() ->
          failed(
              letter, letter.attempts(), new EventException("It expired at " + entry.expiresAt()));
      case Outcome.NotTried() -> false;
      case Outcome.RetryAfter(_, var failure) -> failed(letter, attempt, failure);
      case Outcome.SetAside(var failure) -> failed(letter, attempt, failure);
      case Outcome.LogFailed(var failure) -> {
        tenure.end(failure);
        yield false;
      }
    };
  }

  /** It stays a dead letter, with what it failed of this time. */
  private boolean failed(DeadLetter letter, int attempt, Throwable failure) {
    attempts.logSetAside(letter.entry(), attempt, failure);
    tenure.changeBlocked(
        null, null, List.of(retries.letter(letter.entry(), attempt, failure)), List.of());
    return false;
  }
}
