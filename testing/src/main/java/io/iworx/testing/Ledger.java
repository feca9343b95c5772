package io.iworx.testing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts what was published against what was delivered: what is missing, repeated, uncalled for, or
 * out of order within its key. Safe for any thread.
 */
final class Ledger {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, List<String>> publishedByKey = new HashMap<>();
  private final Map<String, List<String>> deliveredByKey = new HashMap<>();
  private final Map<String, Integer> published = new LinkedHashMap<>();
  private final Map<String, Integer> delivered = new LinkedHashMap<>();

  void published(String key, String id) {
    note(key, id, published, publishedByKey);
  }

  void delivered(String key, String id) {
    note(key, id, delivered, deliveredByKey);
  }

  /** Published, and not delivered. */
  List<String> missing() {
    return guarded(
        () -> published.keySet().stream().filter(id -> !delivered.containsKey(id)).toList());
  }

  /** Delivered, and never published. */
  List<String> uncalledFor() {
    return guarded(
        () -> delivered.keySet().stream().filter(id -> !published.containsKey(id)).toList());
  }

  /** Delivered more than once. */
  List<String> repeated() {
    return guarded(
        () ->
            delivered.entrySet().stream()
                .filter(it -> it.getValue() > 1)
                .map(Map.Entry::getKey)
                .toList());
  }

  /** Keys whose first deliveries are not in the order of their publishing. */
  List<String> outOfOrder() {
    return guarded(
        () ->
            publishedByKey.keySet().stream()
                .filter(key -> !inOrder(publishedByKey.get(key), deliveredByKey.get(key)))
                .sorted()
                .toList());
  }

  int deliveries() {
    return guarded(() -> delivered.values().stream().mapToInt(Integer::intValue).sum());
  }

  private static boolean inOrder(
      @Nullable List<String> published, @Nullable List<String> delivered) {
    if (published == null || delivered == null) {
      return true;
    }
    var firsts = delivered.stream().distinct().filter(published::contains).toList();
    var expected = published.stream().distinct().filter(firsts::contains).toList();
    return firsts.equals(expected);
  }

  private void note(
      String key, String id, Map<String, Integer> counts, Map<String, List<String>> byKey) {
    lock.lock();
    try {
      counts.merge(id, 1, Integer::sum);
      byKey.computeIfAbsent(key, _ -> new ArrayList<>()).add(id);
    } finally {
      lock.unlock();
    }
  }

  private <T> T guarded(Supplier<T> question) {
    lock.lock();
    try {
      return question.get();
    } finally {
      lock.unlock();
    }
  }
}
