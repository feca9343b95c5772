package io.iworx.postgres;

import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Positions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * A table with writers that take its lock, are given positions, prepare, commit and roll back, in
 * the middle of everything a reader does. Time is counted in steps.
 */
final class SimulatedLog implements LogSource {
  /** What a wrong reader would do. */
  enum Fault {
    NONE,
    /** The writers are listed before the rows are read. */
    LISTS_BEFORE_READING,
    /** Gaps are read in one snapshot and new rows in a later one. */
    TWO_SNAPSHOTS,
    /** A gap is taken for one that nothing will fill. */
    FORGETS_AT_ONCE,
    /** Prepared transactions are left out, as in a list of processes. */
    FORGETS_PREPARED
  }

  /** When an event was published: before which step it was called, after which it was durable. */
  record Times(long called, long durable) {}

  private static final class Writer {
    private String name;
    private final boolean slow;
    private boolean prepared;
    private final Map<Long, Long> called = new HashMap<>();

    private Writer(String name, boolean slow) {
      this.name = name;
      this.slow = slow;
    }
  }

  private final Random random;
  private final Fault fault;
  private final int maxWriters;

  /** One time in so many, much happens at once. */
  private final int busy;

  private final List<Writer> open = new ArrayList<>();
  private final TreeMap<Long, LogEntry> rows = new TreeMap<>();
  private final Map<Long, Times> committed = new HashMap<>();
  private Set<String> listedBefore = Set.of();
  private long next = 1;
  private long step;
  private boolean ended;
  private Runnable meanwhile = () -> {};

  SimulatedLog(Random random, Fault fault) {
    this.random = random;
    this.fault = fault;
    this.maxWriters = 2 + random.nextInt(6);
    this.busy = 1 + random.nextInt(4);
  }

  /** What another thread may do while a reader waits for an answer. */
  void meanwhile(Runnable whatever) {
    meanwhile = whatever;
  }

  long step() {
    return step;
  }

  Map<Long, Times> committed() {
    return committed;
  }

  /** Lets some things happen. */
  void goOn() {
    int most = random.nextInt(busy) == 0 ? 20 : 4;
    for (int steps = random.nextInt(most); steps > 0 && !ended; steps--) {
      takeStep();
    }
  }

  /** From now on nothing happens any more. */
  void endAll() {
    ended = true;
    while (!open.isEmpty()) {
      end(open.removeLast(), true);
    }
  }

  private void takeStep() {
    step++;
    int dice = random.nextInt(100);
    if (dice < 20 && open.size() < maxWriters) {
      open.add(
          new Writer("3/" + step, random.nextInt(4) == 0)); // has the lock, and no position yet
    } else if (dice < 50) {
      List<Writer> ordinary = open.stream().filter(writer -> !writer.prepared).toList();
      if (!ordinary.isEmpty()) {
        ordinary.get(random.nextInt(ordinary.size())).called.put(next++, step);
      }
    } else if (dice < 90 && !open.isEmpty()) {
      int which = random.nextInt(open.size());
      if (!open.get(which).slow || random.nextInt(20) == 0) {
        end(open.remove(which), random.nextInt(10) > 0);
      }
    } else if (dice < 95 && !open.isEmpty()) {
      Writer writer = open.get(random.nextInt(open.size()));
      writer.prepared = true;
      writer.name = writer.name.replace("3/", "-1/");
    } else if (dice < 97) {
      next++; // an id that was there already
    }
  }

  private void end(Writer writer, boolean commits) {
    if (commits) {
      writer.called.forEach(
          (position, called) -> {
            rows.put(position, entry(position));
            committed.put(position, new Times(called, step));
          });
    }
  }

  private static LogEntry entry(long position) {
    return new LogEntry(
        position,
        "e" + position,
        "a",
        "s",
        null,
        null,
        Instant.EPOCH,
        null,
        "{}",
        "{}",
        null,
        null);
  }

  @Override
  public Look look(Positions gaps, long after, int limit) {
    goOn();
    listedBefore = names();
    List<LogEntry> late = shown(gaps);
    if (fault == Fault.LISTS_BEFORE_READING || fault == Fault.TWO_SNAPSHOTS) {
      goOn();
      goOn();
      goOn();
    }
    List<LogEntry> news = rows.tailMap(after, false).values().stream().limit(limit).toList();
    return new Look(fault == Fault.TWO_SNAPSHOTS ? late : shown(gaps), news);
  }

  @Override
  public Set<String> writers() {
    goOn();
    return switch (fault) {
      case LISTS_BEFORE_READING -> listedBefore;
      case FORGETS_AT_ONCE -> Set.of();
      case NONE, TWO_SNAPSHOTS, FORGETS_PREPARED -> names();
    };
  }

  private Set<String> names() {
    Set<String> names = new HashSet<>();
    for (Writer writer : open) {
      if (fault != Fault.FORGETS_PREPARED || !writer.prepared) {
        names.add(writer.name);
      }
    }
    return names;
  }

  @Override
  public long beforePartition(long position) {
    return -1;
  }

  @Override
  public long beforeLast(int count) {
    goOn();
    return rows.descendingMap().keySet().stream().skip(count).findFirst().orElse(0L);
  }

  @Override
  public List<LogEntry> rows(long after, long upTo, int limit) {
    goOn();
    meanwhile.run();
    return upTo <= after
        ? List.of()
        : rows.subMap(after, false, upTo, true).values().stream().limit(limit).toList();
  }

  @Override
  public long firstAfter(long position) {
    Long first = rows.higherKey(position);
    return first == null ? Long.MAX_VALUE : first;
  }

  @Override
  public List<LogEntry> at(Positions positions) {
    goOn();
    meanwhile.run();
    return shown(positions);
  }

  private List<LogEntry> shown(Positions positions) {
    return positions.stream()
        .mapToObj(rows::get)
        .filter(entry -> entry != null)
        .sorted(Comparator.comparingLong(LogEntry::position))
        .toList();
  }
}
