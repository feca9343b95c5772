package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.gateway.RoutePolicies.LoadShedding;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The limit finds what a service bears, in time that is made up. */
final class AdaptiveLimitTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final LoadShedding BOUNDS = new LoadShedding(5, 1_000);

  /**
   * A service that answers in 20 ms as long as it has no more than so many requests at a time;
   * beyond, they share it.
   */
  private static final class Played {
    private final SplittableRandom random;
    private final AdaptiveLimit limit = new AdaptiveLimit(BOUNDS, 0);
    private final PriorityQueue<long[]> ends =
        new PriorityQueue<>((one, other) -> Long.compare(one[0], other[0]));
    private long now;
    private int shed;
    private int let;
    private long slowest;

    Played(long seed) {
      this.random = new SplittableRandom(seed);
    }

    /** Offers requests for some seconds, spread by chance. */
    void offer(int perSecond, int capacity, int seconds) {
      shed = 0;
      let = 0;
      slowest = 0;
      var until = now + TimeUnit.SECONDS.toNanos(seconds);
      while (now < until) {
        now += (long) (-Math.log(1 - random.nextDouble()) / perSecond * 1e9);
        while (!ends.isEmpty() && ends.peek()[0] <= now) {
          var done = ends.poll();
          limit.answered(done[0] - done[1], false, done[0]);
          slowest = Math.max(slowest, done[0] - done[1]);
        }
        if (limit.enter()) {
          let++;
          var crowd = Math.max(1.0, (double) limit.underWay() / capacity);
          ends.add(new long[] {now + (long) (20 * MILLI * crowd), now});
        } else {
          shed++;
        }
      }
    }
  }

  @Test
  void whatTheServiceBearsIsLetThrough() {
    var played = new Played(1);
    played.offer(2_000, 100, 10); // 40 at a time of 100
    played.offer(2_000, 100, 10);
    assertThat(played.shed).isLessThan(played.let / 100);
  }

  @Test
  void whatIsTooMuchIsShedAndTheRestStaysFast() {
    for (long seed = 1; seed <= 5; seed++) {
      var played = new Played(seed);
      played.offer(10_000, 50, 20); // twice as much as it bears: 2,500 a second
      played.offer(10_000, 50, 10);
      assertThat(played.limit.limit()).as("seed %d", seed).isBetween(25, 150);
      assertThat(played.slowest).as("seed %d", seed).isLessThan(80 * MILLI);
      assertThat(played.let).as("seed %d", seed).isGreaterThan(10 * 1_500);
    }
  }

  @Test
  void aServiceThatRecoversGetsMoreAgain() {
    var played = new Played(3);
    played.offer(5_000, 20, 20);
    var small = played.limit.limit();
    played.offer(5_000, 400, 30);
    assertThat(played.limit.limit()).isGreaterThan(small);
    assertThat(played.shed).isLessThan(played.let);
    played.offer(5_000, 400, 10);
    assertThat(played.shed).isLessThan(played.let / 20);
  }

  @Test
  void refusalsForWantOfCapacityTakeATenthEachWindow() {
    var limit = new AdaptiveLimit(BOUNDS, 0);
    var before = limit.limit();
    for (int window = 1; window <= 100; window++) {
      assertThat(limit.enter()).isTrue();
      limit.answered(MILLI, true, window * 200L * MILLI);
      if (window == 1) {
        assertThat(limit.limit()).isEqualTo(before * 9 / 10);
      }
    }
    assertThat(limit.limit()).isEqualTo(BOUNDS.min());
  }

  @Test
  void whatLeavesIsNotCountedAnyMore() {
    var limit = new AdaptiveLimit(new LoadShedding(1, 1), 0);
    assertThat(limit.enter()).isTrue();
    assertThat(limit.enter()).isFalse();
    limit.left();
    assertThat(limit.enter()).isTrue();
    limit.answered(1, false, 1);
    assertThat(limit.underWay()).isZero();
  }
}
