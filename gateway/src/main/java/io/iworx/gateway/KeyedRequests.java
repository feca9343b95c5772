package io.iworx.gateway;

import io.iworx.gateway.spi.IdempotencyStore;
import io.iworx.gateway.spi.IdempotencyStore.Begun;
import io.iworx.gateway.spi.IdempotencyStore.Claim;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Talks to the store of idempotency keys, off the event loops, on virtual threads. */
final class KeyedRequests implements AutoCloseable {
  /** How long a key is kept. */
  static final Duration KEPT = Duration.ofHours(24);

  /** How long a request waits for the store before it is refused. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Who repeats at once what was just answered finds the answer being written. */
  private static final long[] AGAIN_MILLIS = {20, 80, 200};

  private static final long[] SETTLE_AGAIN_MILLIS = {200, 1_000};
  private static final Duration CLOSING = Duration.ofSeconds(3);
  private static final Logger log = LoggerFactory.getLogger(KeyedRequests.class);

  private final IdempotencyStore store;
  private final AtomicInteger settling = new AtomicInteger();
  private volatile boolean down;

  KeyedRequests(IdempotencyStore store) {
    this.store = store;
  }

  /** Whether the store answered when it was asked last. */
  boolean storeAnswers() {
    return !down;
  }

  /** Begins; completes exceptionally when the store cannot be had. */
  CompletableFuture<Begun> begin(
      IdempotencyStore.OwnedKey key, byte[] fingerprint, Duration atMost) {
    var begun = new CompletableFuture<Begun>();
    Thread.ofVirtual()
        .name("iworx-gateway-idempotency")
        .start(
            () -> {
              try {
                var answer = beginNow(key, fingerprint, atMost);
                down = false;
                begun.complete(answer);
              } catch (RuntimeException | InterruptedException e) {
                down = true;
                log.warn("[API Gateway] idempotency keys cannot be looked up: {}", e.toString());
                begun.completeExceptionally(e);
              }
            });
    return begun;
  }

  private Begun beginNow(IdempotencyStore.OwnedKey key, byte[] fingerprint, Duration atMost)
      throws InterruptedException {
    var begun = store.begin(key, fingerprint, atMost, KEPT);
    for (var pause : AGAIN_MILLIS) {
      if (!(begun instanceof Begun.Running)) {
        return begun;
      }
      TimeUnit.MILLISECONDS.sleep(pause);
      begun = store.begin(key, fingerprint, atMost, KEPT);
    }
    return begun;
  }

  /** How a request ended. */
  void settle(Exchange exchange, Claim claim, AnswerCopy copy) {
    var correlationId = exchange.correlationId();
    var sent = exchange.wasSent();
    var whole = copy.begun() && !exchange.cutOff();
    settling.incrementAndGet();
    Thread.ofVirtual()
        .name("iworx-gateway-idempotency")
        .start(
            () -> {
              try {
                settleNow(correlationId, () -> say(claim, sent, whole, copy));
              } finally {
                settling.decrementAndGet();
              }
            });
  }

  private void say(Claim claim, boolean sent, boolean whole, AnswerCopy copy) {
    if (!sent || (whole && saysNotDone(copy.status()))) {
      store.release(claim);
    } else if (whole) {
      store.answered(claim, copy.status(), copy.whole());
    } else {
      store.unknown(claim);
    }
  }

  /** Whether a service's answer means that it did nothing: too many requests, or unavailable. */
  private static boolean saysNotDone(int status) {
    return status == 429 || status == 503;
  }

  private static void settleNow(String correlationId, Runnable say) {
    for (int i = 0; ; i++) {
      try {
        say.run();
        return;
      } catch (RuntimeException e) {
        if (i == SETTLE_AGAIN_MILLIS.length) {
          log.warn(
              "[API Gateway] {} the outcome of a keyed request was not kept; its key will say that"
                  + " it is unknown: {}",
              correlationId,
              e.toString());
          return;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(SETTLE_AGAIN_MILLIS[i]));
      }
    }
  }

  /** Waits a moment for what is being written. */
  @Override
  public void close() {
    var end = System.nanoTime() + CLOSING.toNanos();
    while (settling.get() > 0 && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }
}
