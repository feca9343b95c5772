package io.iworx.postgres;

import io.iworx.eventbus.spi.LogEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What one reader was given, and what that says of it. */
final class ReaderTally {
  private final String reader;
  private final Map<String, Long> arrivals = new HashMap<>();
  private final Map<String, Integer> lastOfPublisher = new HashMap<>();
  private int duplicated;
  private int disordered;

  ReaderTally(String reader) {
    this.reader = reader;
  }

  void take(LogEntry entry) {
    if (arrivals.putIfAbsent(entry.id(), System.nanoTime()) != null) {
      duplicated++;
    }
    int dash = entry.id().indexOf('-');
    int sequence = Integer.parseInt(entry.id().substring(dash + 1));
    Integer before = lastOfPublisher.put(entry.id().substring(0, dash), sequence);
    if (before != null && before >= sequence) {
      disordered++;
    }
  }

  int count() {
    return arrivals.size();
  }

  /** The verdict on a reader, once it has had the time it needs. */
  Verdict against(Map<String, Long> committed) {
    long lost = committed.keySet().stream().filter(id -> !arrivals.containsKey(id)).count();
    long neverCommitted =
        arrivals.keySet().stream().filter(id -> !committed.containsKey(id)).count();
    List<Long> delays = new ArrayList<>();
    committed.forEach(
        (id, time) -> {
          Long arrival = arrivals.get(id);
          if (arrival != null) {
            delays.add(Math.max(0, arrival - time) / 1_000);
          }
        });
    delays.sort(null);
    return new Verdict(
        reader,
        committed.size(),
        lost,
        neverCommitted,
        duplicated,
        disordered,
        percentile(delays, 50),
        percentile(delays, 99));
  }

  private static long percentile(List<Long> sorted, int percent) {
    return sorted.isEmpty() ? 0 : sorted.get((sorted.size() - 1) * percent / 100);
  }

  record Verdict(
      String reader,
      int committed,
      long lost,
      long neverCommitted,
      int duplicated,
      int disordered,
      long delayMicrosP50,
      long delayMicrosP99) {
    boolean isRight() {
      return lost == 0 && neverCommitted == 0 && duplicated == 0 && disordered == 0;
    }
  }
}
