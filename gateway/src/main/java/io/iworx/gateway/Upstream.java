package io.iworx.gateway;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service behind the gateway: its targets, and which of them may be chosen now. All event loops
 * share it. What each request asks and tells are volatile reads; only a target that changes its
 * condition takes the lock.
 */
final class Upstream {
  private static final Logger log = LoggerFactory.getLogger(Upstream.class);
  private static final int MOST_TIMES = 10;
  private static final int FAILED_CHECKS = 2;

  /** A target that did well this many ejection times long starts counting from one again. */
  private static final int FORGOTTEN_AFTER = 12;

  private final String service;
  private final UpstreamOptions options;
  private final List<UpstreamTarget> targets;
  private final ReentrantLock changes = new ReentrantLock();
  private volatile UpstreamTarget[] open;
  private volatile long nextTrial = Long.MAX_VALUE;

  Upstream(String service, UpstreamOptions options, List<UpstreamTarget> targets) {
    this.service = service;
    this.options = options;
    this.targets = List.copyOf(targets);
    this.open = targets.toArray(UpstreamTarget[]::new);
    publish(System.nanoTime());
  }

  /** The upstream of a route: the one known, where nothing has changed; with its targets, else. */
  static Upstream of(Route route, @Nullable Upstream known) {
    var addresses = route.targets().stream().map(Target::of).toList();
    if (known == null || !known.options.equals(route.upstream())) {
      var fresh = addresses.stream().map(it -> new UpstreamTarget(it, route.upstream())).toList();
      return new Upstream(route.service(), route.upstream(), fresh);
    }
    if (known.targets.stream().map(UpstreamTarget::address).toList().equals(addresses)) {
      return known;
    }
    var mixed = addresses.stream().map(known::targetOrNew).toList();
    return new Upstream(route.service(), route.upstream(), mixed);
  }

  private UpstreamTarget targetOrNew(Target address) {
    for (var target : targets) {
      if (target.address().equals(address)) {
        return target;
      }
    }
    var added = new UpstreamTarget(address, options);
    added.warmFrom(System.nanoTime());
    return added;
  }

  String service() {
    return service;
  }

  boolean speaksHttp2() {
    return options.protocol() == UpstreamOptions.Protocol.HTTP_2;
  }

  List<UpstreamTarget> targets() {
    return targets;
  }

  /** The targets that may be chosen; nobody changes the array. Empty while all are ejected. */
  UpstreamTarget[] open() {
    return open;
  }

  /** Whole seconds until an ejected target is tried again, at least one. */
  int secondsToNextTrial(long now) {
    var next = nextTrial;
    return next == Long.MAX_VALUE
        ? 1
        : (int) Math.max(1, TimeUnit.NANOSECONDS.toSeconds(next - now + 999_999_999L));
  }

  // --- what requests met

  /** The target answered, as a service does. */
  void succeeded(UpstreamTarget target) {
    target.forgiveFailures();
    if (target.condition() == UpstreamTarget.Condition.TRIAL) {
      change(target, UpstreamTarget.Condition.TRIAL, UpstreamTarget.Condition.LIVE);
    }
  }

  /** The target broke off, was late, or said itself that it cannot serve. */
  void failed(UpstreamTarget target, long now) {
    if (options.ejectAfter() > 0
        && (target.countFailure() >= options.ejectAfter()
            || target.condition() == UpstreamTarget.Condition.TRIAL)) {
      eject(target, now);
    }
  }

  /** No connection came about: where there is another target, one try is enough. */
  void unreachable(UpstreamTarget target, long now) {
    if (options.ejectAfter() > 0 && open.length > 1) {
      eject(target, now);
    } else {
      failed(target, now);
    }
  }

  private void eject(UpstreamTarget target, long now) {
    changes.lock();
    try {
      if (target.condition() == UpstreamTarget.Condition.EJECTED) {
        publish(now); // an exchange of the table before may have told the upstream before
        return;
      }
      var once = options.ejectFor().toNanos();
      var times = target.ejected(now, once * FORGOTTEN_AFTER);
      target.ejectedUntil(now + once * Math.min(times, MOST_TIMES));
      target.condition(UpstreamTarget.Condition.EJECTED);
      publish(now);
      log.warn(
          "[API Gateway] {} gets no requests at {} for {} ms: it failed or cannot be reached",
          service,
          target.address().hostHeader(),
          TimeUnit.NANOSECONDS.toMillis(once * Math.min(times, MOST_TIMES)));
    } finally {
      changes.unlock();
    }
  }

  /** Lets ejected targets be tried whose time is over. Each event loop asks at every tick. */
  void tick(long now) {
    if (now < nextTrial || !changes.tryLock()) {
      return; // who holds the lock publishes
    }
    try {
      for (var target : targets) {
        if (target.condition() == UpstreamTarget.Condition.EJECTED
            && now - target.ejectedUntil() >= 0) {
          target.condition(UpstreamTarget.Condition.TRIAL);
        }
      }
      publish(now);
    } finally {
      changes.unlock();
    }
  }

  // --- what background checks met

  void checked(UpstreamTarget target, boolean healthy) {
    if (target.checked(healthy) >= FAILED_CHECKS) {
      change(target, UpstreamTarget.Condition.LIVE, UpstreamTarget.Condition.DOWN);
    } else if (healthy) {
      change(target, UpstreamTarget.Condition.DOWN, UpstreamTarget.Condition.LIVE);
    }
  }

  private void change(
      UpstreamTarget target, UpstreamTarget.Condition from, UpstreamTarget.Condition to) {
    if (target.condition() != from) {
      return;
    }
    changes.lock();
    try {
      if (target.condition() != from) {
        return;
      }
      var now = System.nanoTime();
      target.condition(to);
      if (to == UpstreamTarget.Condition.LIVE) {
        target.forgiveFailures();
        target.warmFrom(now);
      }
      publish(now);
      log.warn(
          "[API Gateway] {} {} requests at {} again after {}",
          service,
          to == UpstreamTarget.Condition.LIVE ? "gets" : "gets no",
          target.address().hostHeader(),
          from == UpstreamTarget.Condition.TRIAL ? "a good answer" : "background checks");
    } finally {
      changes.unlock();
    }
  }

  /**
   * Those that are live or on trial; where there is none, those that only background checks fault:
   * a broken health page must not take a service away that answers.
   */
  private void publish(long now) {
    var chosen = new ArrayList<UpstreamTarget>();
    var next = Long.MAX_VALUE;
    for (var target : targets) {
      switch (target.condition()) {
        case LIVE, TRIAL -> chosen.add(target);
        case EJECTED -> next = Math.min(next, Math.max(now, target.ejectedUntil()));
        case DOWN -> {}
      }
    }
    if (chosen.isEmpty()) {
      targets.stream()
          .filter(it -> it.condition() == UpstreamTarget.Condition.DOWN)
          .forEach(chosen::add);
    }
    open = chosen.toArray(UpstreamTarget[]::new);
    nextTrial = next;
  }

  @Override
  public String toString() {
    return service + Arrays.toString(open);
  }
}
