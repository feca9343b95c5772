package io.iworx.postgres;

import io.iworx.eventbus.spi.LogEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What one reader was given, in its order, and what that says of it. */
final class ReaderTally {
  private final String reader;
  private final List<String> order = new ArrayList<>();
  private final Map<String, Long> arrivals = new HashMap<>();
  private int duplicated;

  ReaderTally(String reader) {
    this.reader = reader;
  }

  void take(LogEntry entry) {
    if (arrivals.putIfAbsent(entry.id(), System.nanoTime()) == null) {
      order.add(entry.id());
    } else {
      duplicated++;
    }
  }

  int count() {
    return arrivals.size();
  }

  /** The verdict on a reader, once it has had the time it needs. */
  Verdict against(Map<String, PublisherStorm.Times> committed) {
    long lost = committed.keySet().stream().filter(id -> !arrivals.containsKey(id)).count();
    long neverCommitted =
        arrivals.keySet().stream().filter(id -> !committed.containsKey(id)).count();
    List<Long> delays = new ArrayList<>();
    committed.forEach(
        (id, times) -> {
          Long arrival = arrivals.get(id);
          if (arrival != null) {
            delays.add(Math.max(0, arrival - times.durable()) / 1_000);
          }
        });
    delays.sort(null);
    return new Verdict(
        reader,
        committed.size(),
        lost,
        neverCommitted,
        duplicated,
        disordered(committed),
        percentile(delays, 50),
        percentile(delays, 99));
  }

  /** How many came although one was to come that was durable before they were published. */
  private int disordered(Map<String, PublisherStorm.Times> committed) {
    int disordered = 0;
    long firstDurableOfLater = Long.MAX_VALUE;
    for (String id : order.reversed()) {
      PublisherStorm.Times times = committed.get(id);
      if (times != null) {
        if (firstDurableOfLater < times.called()) {
          disordered++;
        }
        firstDurableOfLater = Math.min(firstDurableOfLater, times.durable());
      }
    }
    return disordered;
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
