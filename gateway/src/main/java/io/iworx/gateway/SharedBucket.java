package io.iworx.gateway;

import io.iworx.gateway.spi.LimitStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One caller's tokens as far as this gateway holds them: some taken ahead, and requests that wait
 * for the next ones. The event loops take; {@link Leases} brings.
 */
final class SharedBucket {
  private final Leases leases;
  private final RateLimit limit;
  private final String name;
  private final AtomicInteger tokens = new AtomicInteger();
  private final AtomicBoolean asked = new AtomicBoolean();
  private final ConcurrentLinkedQueue<CompletableFuture<Verdict>> waiting =
      new ConcurrentLinkedQueue<>();
  private final AtomicInteger waits = new AtomicInteger();
  private volatile long emptyUntil = System.nanoTime();
  private volatile TokenBucket share;
  private volatile int sharers;

  SharedBucket(Leases leases, RateLimit limit, String name) {
    this.leases = leases;
    this.limit = limit;
    this.name = name;
    this.sharers = leases.instances();
    this.share = new TokenBucket(limit, sharers, System.nanoTime());
  }

  /** Takes a token on an event loop: at once, if there is one or surely none. */
  Verdict take() {
    for (var left = tokens.get(); left > 0; left = tokens.get()) {
      if (tokens.compareAndSet(left, left - 1)) {
        if (left - 1 <= limit.lease() / 2) {
          ask();
        }
        return Verdict.PROCEED;
      }
    }
    var now = System.nanoTime();
    if (leases.alone(now)) {
      return ofShare();
    }
    return emptyUntil - now > 0 ? RateLimitStep.verdict(emptyUntil - now) : later();
  }

  private Verdict later() {
    if (waits.incrementAndGet() > limit.burst()) {
      waits.decrementAndGet();
      return RateLimitStep.verdict(1); // more wait already than a full bucket could serve
    }
    var verdict = new CompletableFuture<Verdict>();
    waiting.add(verdict);
    ask();
    return new Verdict.Later(
        verdict
            .orTimeout(Leases.PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
            .exceptionally(_ -> ofShare()));
  }

  /** What this gateway may let through without asking. */
  private Verdict ofShare() {
    var instances = leases.instances();
    if (instances != sharers) {
      sharers = instances;
      share = new TokenBucket(limit, instances, System.nanoTime());
    }
    return RateLimitStep.verdict(share.take(System.nanoTime()));
  }

  private void ask() {
    if (asked.compareAndSet(false, true)) {
      leases.ask(this);
    }
  }

  LimitStore.Demand demand() {
    var wanted = limit.lease() - tokens.get() + waits.get();
    return new LimitStore.Demand(
        name, limit.requests(), limit.per(), limit.burst(), Math.clamp(wanted, 1, limit.burst()));
  }

  /** What the demand got: first for who waits, the rest for who comes. */
  void got(LimitStore.Lease lease) {
    var left = lease.granted();
    emptyUntil = System.nanoTime() + lease.next().toNanos();
    asked.set(false); // before the queue is looked at: who comes after asks again
    for (var next = waiting.poll(); next != null; next = waiting.poll()) {
      waits.decrementAndGet();
      if (left == 0) {
        next.complete(RateLimitStep.verdict(Math.max(1, lease.next().toNanos())));
      } else if (next.complete(Verdict.PROCEED)) {
        left--;
      }
    }
    tokens.addAndGet(left);
  }

  /** The store cannot be had. */
  void gotNothing() {
    asked.set(false);
    for (var next = waiting.poll(); next != null; next = waiting.poll()) {
      waits.decrementAndGet();
      if (!next.isDone()) {
        next.complete(ofShare());
      }
    }
  }
}
