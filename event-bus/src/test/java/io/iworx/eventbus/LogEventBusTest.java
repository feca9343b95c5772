package io.iworx.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.eventbus.DomainEvents.AssetDeleted;
import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.trace.TraceEntry;
import io.iworx.trace.TraceRecorder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LogEventBusTest {
  private static final Duration LEASE = Duration.ofSeconds(1);
  private static final SubscriptionOptions QUICK =
      SubscriptionOptions.defaults()
          .withCloseTimeout(Duration.ofMillis(200))
          .withRetryPolicy(new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(5)));

  private static final List<EventType<AssetDeleted>> TYPES = List.of(DomainEvents.ASSET_DELETED);

  private final FakeLog log = new FakeLog();
  private final List<TraceEntry> traced = new CopyOnWriteArrayList<>();
  private final EventBus bus =
      EventBus.create(
          "svc",
          log,
          EventBusOptions.defaults()
              .withLease(LEASE)
              .withCheckpointInterval(Duration.ofMillis(5))
              .withSubscriptions(QUICK)
              .withTraceRecorder(recorder()));

  private TraceRecorder recorder() {
    return new TraceRecorder() {
      @Override
      public void record(TraceEntry entry) {
        traced.add(entry);
      }

      @Override
      public long dropped() {
        return 0;
      }

      @Override
      public void close() {}
    };
  }

  @AfterEach
  void close() {
    bus.close();
  }

  private void publish(String... ids) {
    for (var id : ids) {
      bus.publish(NewEvent.of(DomainEvents.ASSET_DELETED, new AssetDeleted("a")).withId(id));
    }
  }

  private static String take(LinkedBlockingQueue<String> queue) throws InterruptedException {
    var taken = queue.poll(20, TimeUnit.SECONDS);
    return taken == null ? "nothing" : taken;
  }

  /** Spins on purpose: there is no signal for a checkpoint. */
  private void awaitCheckpoint(long position) {
    awaitUntil(() -> isPast(position));
  }

  private static void awaitUntil(BooleanSupplier condition) {
    var end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean() && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }

  private boolean isPast(long position) {
    return log.checkpoint.solid() >= position && log.blocked.isEmpty();
  }

  @Test
  void refusesANameTwiceABadNameAndNoTypes() {
    var subscription = bus.subscribe("one", TYPES, (_, _) -> {});
    assertThatThrownBy(() -> bus.subscribe("one", TYPES, (_, _) -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has a subscription one already");
    subscription.close();
    assertThat(bus.subscribe("one", TYPES, (_, _) -> {}).name()).isEqualTo("one");
    assertThatThrownBy(() -> bus.subscribe("bad name", TYPES, (_, _) -> {}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> bus.subscribe("none", List.<EventType<AssetDeleted>>of(), (_, _) -> {}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> EventBus.create(" ", log))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void takesNoSubscriptionOnceClosed() {
    bus.close();
    assertThatThrownBy(() -> bus.subscribe("late", TYPES, (_, _) -> {}))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void recordsEveryAttempt() throws Exception {
    var handled = new LinkedBlockingQueue<String>();
    bus.subscribe(
        "stock",
        TYPES,
        (event, delivery) -> {
          if (delivery.attempt() < 2) {
            throw new IllegalStateException("not yet");
          }
          handled.add(event.id());
        });
    publish("e1");
    assertThat(take(handled)).isEqualTo("e1");
    awaitUntil(() -> traced.size() == 2); // after the handler, and a checkpoint may be before it
    assertThat(traced).extracting(TraceEntry::id).containsExactly("e1/stock/1/1", "e1/stock/1/2");
    assertThat(traced).extracting(TraceEntry::succeeded).containsExactly(false, true);
    assertThat(traced).allMatch(it -> it.service().equals("svc") && it.name().equals("stock"));
    assertThat(traced).allMatch(it -> "e1".equals(it.correlation().causationId()));
    assertThat(traced.getFirst().detail()).contains("attempt 1").contains("not yet");
  }

  @Test
  void goesOnAfterTheLogFailed() throws Exception {
    var handled = new LinkedBlockingQueue<String>();
    bus.subscribe("s", TYPES, (event, _) -> handled.add(event.id()));
    log.failingReads.set(3);
    publish("e1");
    assertThat(take(handled)).isEqualTo("e1");
  }

  @Test
  void startsNoDeliveryWhenItsLeaseHasRunOut() throws Exception {
    var handled = new LinkedBlockingQueue<String>();
    var first = new CountDownLatch(1);
    bus.subscribe(
        "s",
        TYPES,
        (event, delivery) -> {
          handled.add(event.id() + " under " + delivery.fence());
          first.await();
        });
    publish("e1", "e2");
    assertThat(take(handled)).isEqualTo("e1 under 1");
    log.failingAdvances = true;
    var end = System.nanoTime() + LEASE.toNanos() * 3 / 2;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    // e2 is next in its lane, and the lease is over; that e1 was handled may still be noted, since
    // nobody else has claimed the subscription
    log.failingAdvances = false;
    first.countDown();
    assertThat(take(handled)).isEqualTo("e2 under 2");
  }

  /** Who takes over may have read less of the log than the one before: that is no lost event. */
  @Test
  void waitsForABlockedEventThatThisProcessHasNotComeToYet() throws Exception {
    var handled = new LinkedBlockingQueue<String>();
    publish("e1");
    log.checkpoint = Checkpoint.at(1);
    var blocked = new BlockedKey(1, "a", "e1", 1, Instant.EPOCH, "not yet", 2);
    log.blocked.put(blocked.id(), blocked);
    log.readsBehind.set(3);
    bus.subscribe("s", TYPES, (event, delivery) -> handled.add(event.id() + delivery.attempt()));
    assertThat(take(handled)).isEqualTo("e12");
    awaitCheckpoint(1);
    assertThat(log.readsBehind.get()).isNegative();
  }

  /**
   * A transaction that never commits is the event's fault in the end, and holds nobody up for ever.
   */
  @Test
  void setsAsideWhatNeverCommits() throws Exception {
    log.failingCommits = true;
    var calls = new LinkedBlockingQueue<String>();
    bus.subscribeTransactional("tx", TYPES, (event, _) -> calls.add(event.id()));
    publish("e1");
    awaitCheckpoint(1);
    assertThat(log.setAside).containsExactly(1L);
    assertThat(calls).containsExactly("e1", "e1", "e1");
  }

  @Test
  void prolongsItsLeaseWhileThereIsNothingToDo() {
    bus.subscribe("idle", TYPES, (_, _) -> {});
    var end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (log.advances.get() < 5 && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(log.advances.get()).isGreaterThanOrEqualTo(5);
    assertThat(log.fence.get()).isEqualTo(1);
  }

  @Test
  void interruptsHandlersThatOutlastClosingAndReleasesTheClaim() throws Exception {
    var handling = new LinkedBlockingQueue<String>();
    var subscription =
        bus.subscribe(
            "hanging",
            TYPES,
            (event, _) -> {
              handling.add(event.id());
              new CountDownLatch(1).await();
            });
    publish("e1");
    assertThat(take(handling)).isEqualTo("e1");
    subscription.close();
    assertThat(log.released).isTrue();
    assertThat(log.checkpoint.solid()).isZero();
    assertThat(log.setAside).isEmpty();
  }
}
