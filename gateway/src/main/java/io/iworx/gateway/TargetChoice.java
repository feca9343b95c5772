package io.iworx.gateway;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Which target gets a request of one event loop: of two drawn by chance the one with fewer requests
 * under way. That is nearly as even as looking at all, and no target is ever stormed by everyone at
 * once because it was idle for a moment.
 */
final class TargetChoice {
  private final Dialer dialer;
  private final RandomGenerator random;
  private final Map<UpstreamTarget, TargetPool> pools = new HashMap<>();

  TargetChoice(Dialer dialer, RandomGenerator random) {
    this.dialer = dialer;
    this.random = random;
  }

  /** The target for a request; null when there is none that takes it. */
  @Nullable TargetPool choose(Upstream upstream) {
    return among(upstream.open());
  }

  /** The target for a request that was at others already. */
  @Nullable TargetPool choose(Upstream upstream, List<UpstreamTarget> tried) {
    return among(
        Arrays.stream(upstream.open())
            .filter(it -> !tried.contains(it))
            .toArray(UpstreamTarget[]::new));
  }

  private @Nullable TargetPool among(UpstreamTarget[] open) {
    if (open.length < 2) {
      return leastBusy(open);
    }
    var one = random.nextInt(open.length);
    var other = random.nextInt(open.length - 1);
    var first = pool(open[one]);
    var second = pool(open[other < one ? other : other + 1]);
    var firstFits = fits(first);
    var secondFits = fits(second);
    if (firstFits && secondFits) {
      return first.outstanding() <= second.outstanding() ? first : second;
    }
    return firstFits ? first : secondFits ? second : leastBusy(open);
  }

  /** The one that takes requests and has the fewest; null when each is on trial with one. */
  private @Nullable TargetPool leastBusy(UpstreamTarget[] open) {
    TargetPool least = null;
    for (var target : open) {
      var pool = pool(target);
      if (!isBusyOnTrial(pool) && (least == null || pool.outstanding() < least.outstanding())) {
        least = pool;
      }
    }
    return least;
  }

  /** Whether it is the target's turn: one in its slow start is passed over now and then. */
  private boolean fits(TargetPool pool) {
    var target = pool.target();
    if (isBusyOnTrial(pool)) {
      return false;
    }
    return !target.warming() || random.nextDouble() < target.share(System.nanoTime());
  }

  private static boolean isBusyOnTrial(TargetPool pool) {
    return pool.outstanding() > 0 && pool.target().condition() == UpstreamTarget.Condition.TRIAL;
  }

  private TargetPool pool(UpstreamTarget target) {
    var pool = pools.get(target);
    if (pool == null) {
      pool = TargetPool.of(target, dialer);
      pools.put(target, pool);
      target.usedBy(pool);
    }
    return pool;
  }

  void tick(long now) {
    for (var pool : new ArrayList<>(pools.values())) {
      pool.tick(now);
      if (pool.target().retired() && pool.isEmpty()) {
        pools.remove(pool.target());
        pool.target().leftBy(pool);
      }
    }
  }
}
