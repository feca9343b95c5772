package io.iworx.correlation;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Ids sorted by time (RFC 9562). */
class Uuid7Test {
  private static final long MILLIS = Instant.parse("2026-11-23T12:00:00Z").toEpochMilli();

  /** As PostgreSQL and text sort them: unsigned, from the left. */
  private static final Comparator<UUID> SORTED = Comparator.comparing(UUID::toString);

  /** A clock that shows what the test sets. */
  private static final class Hands extends Clock {
    private final AtomicLong millis = new AtomicLong(MILLIS);

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis.get());
    }
  }

  private static RandomGenerator seeded() {
    return new SplittableRandom(7);
  }

  private static long timeOf(UUID id) {
    return id.getMostSignificantBits() >>> 16;
  }

  @Test
  void hasVersionVariantAndTime() {
    var generator = Uuid7.of(new Hands(), seeded());
    for (int i = 0; i < 1000; i++) {
      var id = generator.generate();
      assertThat(id.version()).isEqualTo(7);
      assertThat(id.variant()).isEqualTo(2);
      assertThat(timeOf(id)).isEqualTo(MILLIS);
    }
  }

  @Test
  void growsWithinAMillisecondAndBorrowsFromTheNext() {
    var generator = Uuid7.of(new Hands(), seeded());
    var ids = new ArrayList<UUID>();
    for (int i = 0; i < 5000; i++) {
      ids.add(generator.generate());
    }
    assertThat(ids).isSortedAccordingTo(SORTED).doesNotHaveDuplicates();
    assertThat(timeOf(ids.get(4095))).isEqualTo(MILLIS);
    assertThat(timeOf(ids.get(4096))).isEqualTo(MILLIS + 1);
  }

  @Test
  void neverGoesBackWhenTheClockDoes() {
    var hands = new Hands();
    var generator = Uuid7.of(hands, seeded());
    var before = generator.generate();
    hands.millis.addAndGet(-3_600_000);
    var after = generator.generate();
    assertThat(SORTED.compare(before, after)).isNegative();
    hands.millis.set(MILLIS + 10);
    assertThat(timeOf(generator.generate())).isEqualTo(MILLIS + 10);
  }

  @Test
  void threadsNeverGetTheSameTick() throws Exception {
    var generator = Uuid7.of(new Hands(), new SecureRandom());
    var firstHalves = ConcurrentHashMap.<Long>newKeySet();
    var start = new CountDownLatch(1);
    var tasks = new ArrayList<Callable<Boolean>>();
    for (int thread = 0; thread < 8; thread++) {
      tasks.add(
          () -> {
            start.await();
            UUID last = generator.generate();
            firstHalves.add(last.getMostSignificantBits());
            for (int i = 1; i < 10_000; i++) {
              var next = generator.generate();
              if (SORTED.compare(last, next) >= 0) {
                return false;
              }
              firstHalves.add(next.getMostSignificantBits());
              last = next;
            }
            return true;
          });
    }
    try (var pool = Executors.newFixedThreadPool(8)) {
      var results = tasks.stream().map(pool::submit).toList();
      start.countDown();
      for (var result : results) {
        assertThat(result.get()).isTrue();
      }
    }
    assertThat(firstHalves).hasSize(80_000);
  }

  @Test
  void theSharedGeneratorGivesTextInCanonicalForm() {
    var ids = new HashSet<String>();
    var last = "";
    for (int i = 0; i < 10_000; i++) {
      var next = Uuid7.next();
      assertThat(UUID.fromString(next).toString()).isEqualTo(next);
      assertThat(next).isGreaterThan(last);
      ids.add(next);
      last = next;
    }
    assertThat(ids).hasSize(10_000);
  }
}
