package io.iworx.trace;

import io.iworx.trace.TraceEntry.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds for each entry the one that caused it.
 *
 * @param entries by time
 * @param parents for each entry the place of its cause, or {@link #NONE}
 * @param inferred for each entry whether its cause was guessed
 */
record Causes(List<TraceEntry> entries, List<Integer> parents, List<Boolean> inferred) {
  static final int NONE = -1;

  /** Clocks of two machines, and of the database, may differ by this much. */
  private static final Duration TOLERANCE = Duration.ofMillis(10);

  private static final Comparator<TraceEntry> BY_TIME =
      Comparator.comparing(TraceEntry::startedAt)
          .thenComparing(TraceEntry::duration, Comparator.reverseOrder())
          .thenComparing(TraceEntry::kind)
          .thenComparing(TraceEntry::id);

  static Causes of(List<TraceEntry> unordered) {
    return new Search(unordered.stream().sorted(BY_TIME).toList()).causes();
  }

  private static final class Search {
    private final List<TraceEntry> entries;
    private final Map<String, List<Integer>> byId = new HashMap<>();
    private final Map<String, List<Integer>> deliveriesByEvent = new HashMap<>();
    private final Map<String, List<Integer>> byService = new HashMap<>();

    Search(List<TraceEntry> entries) {
      this.entries = entries;
      for (int i = 0; i < entries.size(); i++) {
        var entry = entries.get(i);
        add(byId, entry.id(), i);
        var cause = entry.correlation().causationId();
        if (entry.kind() == Kind.DELIVERY && cause != null) {
          add(deliveriesByEvent, cause, i);
        }
        if (entry.kind() != Kind.EVENT) {
          add(byService, Callee.canonical(entry.service()), i);
        }
      }
    }

    Causes causes() {
      var parents = new ArrayList<Integer>();
      var inferred = new ArrayList<Boolean>();
      for (int i = 0; i < entries.size(); i++) {
        var named = named(i);
        var parent = named == NONE ? guessed(i) : named;
        parents.add(parent);
        inferred.add(named == NONE && parent != NONE);
      }
      cutCircles(parents, inferred);
      return new Causes(entries, parents, inferred);
    }

    /** The entry that the causation id names. */
    private int named(int child) {
      var cause = entries.get(child).correlation().causationId();
      if (cause == null) {
        return NONE;
      }
      var parent = byId.getOrDefault(cause, List.of()).stream().filter(i -> i != child).findFirst();
      if (parent.isEmpty()) {
        return NONE;
      }
      var isReaction =
          entries.get(parent.get()).kind() == Kind.EVENT
              && entries.get(child).kind() != Kind.DELIVERY;
      var delivery =
          isReaction
              ? nearest(child, deliveriesByEvent.getOrDefault(cause, List.of()), _ -> true)
              : NONE;
      return delivery == NONE ? parent.get() : delivery;
    }

    /** What the entry's service was doing at that time. */
    private int guessed(int child) {
      var actor = entries.get(child).actor();
      if (actor == null) {
        return NONE;
      }
      var sameService = byService.getOrDefault(Callee.canonical(actor), List.of());
      return nearest(child, sameService, candidate -> candidate < child);
    }

    /** Of those done by the child's service around its beginning, the one that began last. */
    private int nearest(int child, List<Integer> candidates, Predicate<Integer> allowed) {
      var actor = entries.get(child).actor();
      var moment = entries.get(child).startedAt();
      return candidates.stream()
          .filter(i -> i != child && allowed.test(i))
          .filter(i -> Callee.same(entries.get(i).service(), actor))
          .filter(i -> encloses(entries.get(i), moment, TOLERANCE))
          .max(
              Comparator.<Integer, Boolean>comparing(
                      i -> encloses(entries.get(i), moment, Duration.ZERO))
                  .thenComparing(Comparator.naturalOrder()))
          .orElse(NONE);
    }

    /** Ids that name each other would hang in the air: the first of each circle becomes a root. */
    private void cutCircles(List<Integer> parents, List<Boolean> inferred) {
      var grounded = new boolean[entries.size()];
      for (int start = 0; start < entries.size(); start++) {
        var path = new ArrayList<Integer>();
        var onPath = new HashMap<Integer, Integer>();
        for (int i = start; i != NONE && !grounded[i]; i = parents.get(i)) {
          var seenAt = onPath.putIfAbsent(i, path.size());
          if (seenAt != null) {
            var first = path.subList(seenAt, path.size()).stream().min(Comparator.naturalOrder());
            parents.set(first.orElse(i), NONE);
            inferred.set(first.orElse(i), false);
            break;
          }
          path.add(i);
        }
        path.forEach(i -> grounded[i] = true);
      }
    }

    private static boolean encloses(TraceEntry entry, Instant moment, Duration tolerance) {
      return !moment.isBefore(entry.startedAt().minus(tolerance))
          && !moment.isAfter(entry.endedAt().plus(tolerance));
    }

    private static void add(Map<String, List<Integer>> index, @Nullable String key, int place) {
      index.computeIfAbsent(Objects.requireNonNullElse(key, ""), _ -> new ArrayList<>()).add(place);
    }
  }
}
