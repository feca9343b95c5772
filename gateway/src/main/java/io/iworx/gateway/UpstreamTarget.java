package io.iworx.gateway;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One target of an upstream as all event loops see it: its condition, and how many connections it
 * has. Only {@link Upstream} changes the condition.
 */
final class UpstreamTarget {

  /** Whether a target gets requests; docs/states.md has the diagram. */
  enum Condition {
    /** It gets requests. */
    LIVE,
    /** It failed too often in a row and gets none until its time is over. */
    EJECTED,
    /**
     * Its time is over: each event loop lets one request at a time try it. A good answer makes it
     * live, a failure ejects it for longer.
     */
    TRIAL,
    /** Background checks fail: it gets none until one succeeds, unless there is no other. */
    DOWN
  }

  private static final double MIN_SHARE = 0.1;
  private static final long WARM = 0;

  private final Target address;
  private final UpstreamOptions options;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger pending = new AtomicInteger();
  private final List<TargetPool> pools = new CopyOnWriteArrayList<>();
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicInteger failedChecks = new AtomicInteger();
  private volatile Condition condition = Condition.LIVE;
  private volatile long ejectedUntil;
  private volatile long warmFrom = WARM;
  private volatile boolean retired;
  private int ejections;
  private long lastEjection;

  UpstreamTarget(Target address, UpstreamOptions options) {
    this.address = address;
    this.options = options;
  }

  Target address() {
    return address;
  }

  boolean speaksHttp2() {
    return options.protocol() == UpstreamOptions.Protocol.HTTP_2;
  }

  // --- bounds, for the whole gateway

  /** Takes the right to open a connection, if there is one left. */
  boolean takeConnection() {
    return take(connections, options.maxConnections());
  }

  void returnConnection() {
    connections.decrementAndGet();
  }

  /** Takes a place among the requests that wait for a connection, if there is one left. */
  boolean takePlace() {
    return take(pending, options.maxPending());
  }

  /** Takes a place that there may not be. */
  void addPlace() {
    pending.incrementAndGet();
  }

  void returnPlace() {
    pending.decrementAndGet();
  }

  /** Whether requests of any event loop wait for a connection. */
  boolean someWait() {
    return pending.get() > 0;
  }

  /** Whether requests wait and no connection is left for them. */
  boolean crowded() {
    return someWait() && connections.get() >= options.maxConnections();
  }

  private static boolean take(AtomicInteger count, int most) {
    if (count.incrementAndGet() <= most) {
      return true;
    }
    count.decrementAndGet();
    return false;
  }

  // --- how it stands, for who asks

  /** An event loop has begun to use the target. */
  void usedBy(TargetPool pool) {
    pools.add(pool);
  }

  void leftBy(TargetPool pool) {
    pools.remove(pool);
  }

  /** Requests under way, of all event loops. */
  int requests() {
    return pools.stream().mapToInt(TargetPool::outstanding).sum();
  }

  int connections() {
    return connections.get();
  }

  /** Requests that wait for a connection. */
  int waiting() {
    return pending.get();
  }

  // --- condition

  Condition condition() {
    return condition;
  }

  void condition(Condition newCondition) {
    condition = newCondition;
  }

  /** Counts a failure: how many there are now without a success between them. */
  int countFailure() {
    return failures.incrementAndGet();
  }

  void forgiveFailures() {
    if (failures.get() != 0) {
      failures.set(0);
    }
  }

  /** Counts failed background checks in a row. */
  int checked(boolean healthy) {
    if (healthy) {
      failedChecks.set(0);
      return 0;
    }
    return failedChecks.incrementAndGet();
  }

  /** Counts an ejection; from one again when the last is longer ago than that. */
  int ejected(long now, long forgottenAfter) {
    ejections = now - lastEjection > forgottenAfter ? 1 : ejections + 1;
    lastEjection = now;
    return ejections;
  }

  void ejectedUntil(long nanos) {
    ejectedUntil = nanos;
  }

  long ejectedUntil() {
    return ejectedUntil;
  }

  void warmFrom(long nanos) {
    warmFrom = options.slowStart().isZero() ? WARM : nanos;
  }

  /** Whether the target is in its slow start. */
  boolean warming() {
    return warmFrom != WARM;
  }

  /** The part of its share that the target should get: below 1 in its slow start. */
  double share(long now) {
    var whole = options.slowStart().toNanos();
    var passed = now - warmFrom;
    if (passed >= whole) {
      warmFrom = WARM;
      return 1;
    }
    return Math.max(MIN_SHARE, (double) passed / whole);
  }

  /** No route names the target any more: its idle connections are not kept. */
  void retire() {
    retired = true;
  }

  boolean retired() {
    return retired;
  }

  @Override
  public String toString() {
    return address.hostHeader() + " " + condition;
  }
}
