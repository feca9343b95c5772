package io.iworx.eventbus;

import io.iworx.eventbus.spi.LogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Many events a transaction, in the order of the log. When a transaction fails its events come one
 * by one, so that only what fails by itself waits.
 */
final class Batches implements Delivering {
  private final Handover.InTransaction handover;
  private final Attempts attempts;
  private final Tenure tenure;
  private final Retries retries;
  private final int batchSize;
  private final List<LogEntry> begun = new ArrayList<>();

  /** Of what was begun and is not delivered yet. */
  private final Set<String> keys = ConcurrentHashMap.newKeySet();

  Batches(
      Handover.InTransaction handover,
      Attempts attempts,
      Tenure tenure,
      Retries retries,
      int batchSize) {
    this.handover = handover;
    this.attempts = attempts;
    this.tenure = tenure;
    this.retries = retries;
    this.batchSize = batchSize;
  }

  @Override
  public void begin(LogEntry entry) {
    var key = entry.key();
    if (key != null) {
      keys.add(key); // before the progress knows of it, so that nobody takes the key for idle
    }
    if (tenure.progress().begin(entry) == Progress.Turn.DELIVER) {
      if (attempts.isExpired(entry)) {
        tenure.progress().expired(entry.position());
        return;
      }
      begun.add(entry);
    }
  }

  @Override
  public boolean hasEnough() {
    return begun.size() >= batchSize;
  }

  @Override
  public void deliver() {
    for (var from = 0; from < begun.size() && tenure.lasts(); from += batchSize) {
      together(begun.subList(from, Math.min(begun.size(), from + batchSize)));
    }
    begun.clear();
    keys.clear();
  }

  private void together(List<LogEntry> all) {
    // One before may have failed, in the transaction before this one perhaps.
    var entries = all.stream().filter(entry -> !tenure.progress().waitsToo(entry)).toList();
    if (entries.isEmpty()) {
      return;
    }
    if (entries.size() == 1) {
      alone(entries.getFirst());
      return;
    }
    var outcome =
        attempts.inTransaction(
            handover, entries, 1, tenure, work -> tenure.handleIn(entries, work));
    if (!(outcome instanceof Outcome.Handled)) {
      entries.stream().takeWhile(_ -> tenure.lasts()).forEach(this::alone);
    }
  }

  private void alone(LogEntry entry) {
    if (tenure.progress().waitsToo(entry)) {
      return;
    }
    var outcome =
        attempts.inTransaction(
            handover, List.of(entry), 1, tenure, work -> tenure.handleIn(List.of(entry), work));
    switch (outcome) {
      case Outcome.Handled(), Outcome.NotTried() -> {}
      case Outcome.Expired() -> tenure.progress().expired(entry.position());
      case Outcome.RetryAfter(var wait, var failure) ->
          retries.block(entry, 1, wait, failure, List.of());
      case Outcome.SetAside(var failure) -> retries.setAside(entry, failure, List.of());
      case Outcome.LogFailed(var failure) -> tenure.end(failure);
    }
  }

  @Override
  public boolean isBusy(String key) {
    return keys.contains(key);
  }

  @Override
  public void awaitQuiet() {}
}
