package io.iworx.gateway;

import io.iworx.gateway.spi.IdempotencyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A store of idempotency keys in memory, which can be down. */
final class RememberedKeys implements IdempotencyStore {
  @SuppressWarnings("ArrayRecordComponent") // compared as what it is
  private record Known(Claim claim, byte[] fingerprint, @Nullable Begun begun) {}

  private final ConcurrentHashMap<OwnedKey, Known> known = new ConcurrentHashMap<>();
  private volatile boolean down;

  void down(boolean newDown) {
    down = newDown;
  }

  int size() {
    return known.size();
  }

  /** Whether no request is under way any more. */
  boolean settled() {
    return known.values().stream().allMatch(it -> it.begun() != null);
  }

  @Override
  public Begun begin(OwnedKey key, byte[] fingerprint, Duration atMost, Duration kept) {
    check();
    var claim = new Claim(key, UUID.randomUUID());
    var there = known.putIfAbsent(key, new Known(claim, fingerprint, null));
    if (there == null) {
      return new Begun.First(claim);
    }
    if (!Arrays.equals(there.fingerprint(), fingerprint)) {
      return new Begun.Other();
    }
    return there.begun() == null ? new Begun.Running() : there.begun();
  }

  @Override
  public void answered(Claim claim, int status, @Nullable Answer answer) {
    settle(claim, answer == null ? new Begun.AnswerLost(status) : new Begun.Answered(answer));
  }

  @Override
  public void unknown(Claim claim) {
    settle(claim, new Begun.Unknown());
  }

  private void settle(Claim claim, Begun begun) {
    check();
    known.computeIfPresent(claim.key(), (_, it) -> new Known(it.claim(), it.fingerprint(), begun));
  }

  @Override
  public void release(Claim claim) {
    check();
    known.remove(claim.key());
  }

  private void check() {
    if (down) {
      throw new IllegalStateException("the store is down");
    }
  }
}
