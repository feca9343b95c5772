package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Positions;
import io.iworx.eventbus.spi.Slice;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Readers in worlds in which anything happens between any two statements. */
class DeliveringPastGapsTest {
  private static final int SEEDS = 200;
  private static final int MOST_SEEDS = 1_000;

  /** What one reader has been given. */
  private static final class Reader {
    private final long since;
    private final int limit;
    private final List<Long> given = new ArrayList<>();
    private String stored = "";
    private long position;

    private Reader(Checkpoint start, long since, int limit) {
      this.since = since;
      this.limit = limit;
      store(start);
    }

    private Checkpoint checkpoint() {
      return new Checkpoint(position, Positions.parse(stored));
    }

    private void store(Checkpoint checkpoint) {
      position = checkpoint.position();
      stored = checkpoint.pending().toString();
    }

    /** Ends with the last few in its hands: whoever goes on is to be given them again. */
    private void crash(int inHand) {
      List<Long> last = given.subList(Math.max(0, given.size() - inHand), given.size());
      Positions again = Positions.of(last.stream().mapToLong(Long::longValue).toArray());
      store(new Checkpoint(position, checkpoint().pending().plus(again)));
      last.clear();
    }
  }

  /** A process that reads, until the next one takes its place. */
  private static final class World {
    private final Random random;
    private final SimulatedLog log;
    private final ReadingSizes sizes;
    private final List<Reader> readers = new ArrayList<>();
    private Follower follower;
    private Cursors cursors;

    private World(long seed, SimulatedLog.Fault fault) {
      random = new Random(seed);
      log = new SimulatedLog(random, fault);
      sizes =
          new ReadingSizes(
              random.nextInt(20),
              20 + random.nextInt(30),
              1 + random.nextInt(10),
              1 + random.nextInt(40),
              random.nextInt(10),
              1 + random.nextInt(16));
      follower = new Follower(log, sizes);
      cursors = new Cursors(log, unknown -> follower.watch(unknown), sizes);
      log.meanwhile(this::lookMeanwhile);
      for (int limit = 1; limit <= 15; limit += 7) {
        readers.add(new Reader(Checkpoint.BEGINNING, 0, limit));
      }
    }

    private void lookMeanwhile() {
      try {
        if (follower.view() != null && random.nextInt(4) == 0) {
          follower.look();
        }
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    private void run() throws SQLException {
      for (int round = 0; round < 150; round++) {
        log.goOn();
        switch (random.nextInt(20)) {
          case 0 -> restart();
          case 1 -> startAtLatest();
          case 2, 3, 4, 5 -> follower.look();
          default -> read(readers.get(random.nextInt(readers.size())));
        }
      }
      log.endAll();
      for (int round = 0; round < 10_000 && !isDone(); round++) {
        follower.look();
        readers.forEach(this::readOn);
      }
    }

    private boolean isDone() {
      View view = follower.view();
      return view != null
          && view.open().isEmpty()
          && log.firstAfter(view.upTo()) == Long.MAX_VALUE
          && readers.stream().allMatch(it -> it.checkpoint().equals(Checkpoint.at(view.upTo())));
    }

    private void restart() {
      readers.forEach(it -> it.crash(random.nextInt(20)));
      follower = new Follower(log, sizes);
      cursors = new Cursors(log, unknown -> follower.watch(unknown), sizes);
    }

    private void startAtLatest() throws SQLException {
      if (readers.size() < 6) {
        follower.look();
        View view = Objects.requireNonNull(follower.view());
        if (view.settled() >= view.base()) {
          readers.add(new Reader(new Checkpoint(view.upTo(), view.open()), log.step(), 5));
        }
      }
    }

    private void readOn(Reader reader) {
      try {
        read(reader);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    private void read(Reader reader) throws SQLException {
      View view = follower.view();
      if (view == null) {
        follower.look();
        view = Objects.requireNonNull(follower.view());
      }
      Slice slice = cursors.read(view, reader.checkpoint(), reader.limit);
      slice.entries().forEach(entry -> reader.given.add(entry.position()));
      reader.store(slice.upTo());
    }

    private List<String> wrongs() {
      List<String> wrongs = new ArrayList<>();
      for (Reader reader : readers) {
        Set<Long> given = new HashSet<>(reader.given);
        if (given.size() < reader.given.size()) {
          wrongs.add("doubled");
        }
        log.committed()
            .forEach(
                (position, times) -> {
                  if (times.durable() > reader.since && !given.contains(position)) {
                    wrongs.add("lost " + position);
                  }
                });
        if (!reader.checkpoint().pending().isEmpty()) {
          wrongs.add("never forgot " + reader.stored);
        }
        wrongs.addAll(disorder(reader));
      }
      return wrongs;
    }

    private List<String> disorder(Reader reader) {
      List<String> wrongs = new ArrayList<>();
      long firstDurable = Long.MAX_VALUE;
      for (long position : reader.given.reversed()) {
        SimulatedLog.Times times = log.committed().get(position);
        if (times == null) {
          wrongs.add("never committed " + position);
          continue;
        }
        if (firstDurable < times.called()) {
          wrongs.add("out of order: " + position);
        }
        firstDurable = Math.min(firstDurable, times.durable());
      }
      return wrongs;
    }
  }

  private static List<String> wrongs(long seed, SimulatedLog.Fault fault) {
    World world = new World(seed, fault);
    try {
      world.run();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return world.wrongs();
  }

  @Test
  void losesNothingDoublesNothingAndKeepsTheOrder() throws SQLException {
    for (long seed = 1; seed <= SEEDS; seed++) {
      assertThat(wrongs(seed, SimulatedLog.Fault.NONE)).as("seed %d", seed).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void findsAWrongReader(SimulatedLog.Fault fault) {
    long found =
        LongStream.rangeClosed(1, MOST_SEEDS)
            .filter(seed -> !wrongs(seed, fault).isEmpty())
            .findFirst()
            .orElse(0);
    System.out.println(fault + " is found by seed " + found);
    assertThat(found).isPositive();
  }
}
