package io.iworx.trace;

import static io.iworx.trace.Entries.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.correlation.Identity;
import io.iworx.trace.spi.TraceStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TraceRecorderTest {
  private static final TraceRecorderOptions OPTIONS =
      TraceRecorderOptions.defaults().withLinger(Duration.ofMillis(1));

  /** Keeps batches; can hold writers up and can fail. */
  private static final class Store implements TraceStore {
    private final List<List<TraceEntry>> batches = new CopyOnWriteArrayList<>();
    private final CountDownLatch entered = new CountDownLatch(1);
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile int failEach = Integer.MAX_VALUE;
    private final AtomicInteger calls = new AtomicInteger();

    @Override
    public void append(List<TraceEntry> entries) {
      entered.countDown();
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }

      if (calls.incrementAndGet() % failEach == 0) {
        throw new IllegalStateException("planted");
      }
      batches.add(entries);
    }

    @Override
    public List<TraceEntry> find(String correlationId, Identity viewer) {
      return batches.stream().flatMap(List::stream).toList();
    }

    int stored() {
      return batches.stream().mapToInt(List::size).sum();
    }
  }

  @Test
  void storesEverythingByTheTimeItIsClosed() {
    var store = new Store();
    var recorder = TraceRecorder.create(store, OPTIONS);
    for (int i = 0; i < 1_000; i++) {
      recorder.record(event("e" + i, null, "s", i));
    }
    recorder.close();
    assertThat(store.stored()).isEqualTo(1_000);
    assertThat(recorder.dropped()).isZero();
    assertThat(store.batches).allMatch(it -> it.size() <= OPTIONS.batchSize());
  }

  @Test
  void storesAFullBatchWithoutLingering() throws Exception {
    var store = new Store();
    try (var recorder =
        TraceRecorder.create(store, OPTIONS.withBatchSize(3).withLinger(Duration.ofDays(1)))) {
      for (int i = 0; i < 3; i++) {
        recorder.record(event("e" + i, null, "s", i));
      }
      store.entered.await();
    }
    assertThat(store.batches).hasSize(1);
    assertThat(store.stored()).isEqualTo(3);
  }

  @Test
  void storesAFullBufferThatIsLessThanABatchWithoutLingering() throws Exception {
    var store = new Store();
    try (var recorder =
        TraceRecorder.create(store, OPTIONS.withCapacity(2).withLinger(Duration.ofDays(1)))) {
      recorder.record(event("e1", null, "s", 0));
      recorder.record(event("e2", null, "s", 1));
      store.entered.await();
    }
    assertThat(store.stored()).isEqualTo(2);
  }

  @Test
  void lingersForOthersAndIsNotKeptFromClosingByIt() {
    var store = new Store();
    var recorder = TraceRecorder.create(store, OPTIONS.withLinger(Duration.ofDays(1)));
    recorder.record(event("e1", null, "s", 0));
    recorder.record(event("e2", null, "s", 1));
    recorder.close();
    assertThat(store.batches).hasSize(1);
    assertThat(store.stored()).isEqualTo(2);
  }

  @Test
  void dropsAndCountsWhatDoesNotFit() throws Exception {
    var store = new Store();
    store.gate = new CountDownLatch(1);
    var recorder = TraceRecorder.create(store, OPTIONS.withCapacity(10).withBatchSize(1));
    recorder.record(event("first", null, "s", 0));
    store.entered.await(); // the writer holds the first one, and the buffer is empty
    for (int i = 0; i < 25; i++) {
      recorder.record(event("e" + i, null, "s", i));
    }
    assertThat(recorder.dropped()).isEqualTo(15);
    store.gate.countDown();
    recorder.close();
    assertThat(store.stored()).isEqualTo(11);
    assertThat(recorder.dropped()).isEqualTo(15);
  }

  /** Stored and dropped together are what was recorded, also when every third batch fails. */
  @Test
  void losesNothingUncountedWhenTheStoreFailsAndManyRecord() throws Exception {
    var store = new Store();
    store.failEach = 3;
    var recorder = TraceRecorder.create(store, OPTIONS.withCapacity(50).withBatchSize(7));
    var writers = new ArrayList<Future<?>>();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int writer = 0; writer < 4; writer++) {
        writers.add(
            executor.submit(
                () -> {
                  for (int i = 0; i < 500; i++) {
                    recorder.record(event("e" + i, null, "s", i));
                  }
                }));
      }
      for (var writer : writers) {
        writer.get();
      }
    }
    recorder.close();
    assertThat(recorder.dropped()).isPositive();
    assertThat(store.stored() + recorder.dropped()).isEqualTo(2_000);
  }

  @Test
  void closesInTimeWhenTheStoreHangsAndCountsTheRest() throws Exception {
    var store = new Store();
    store.gate = new CountDownLatch(1);
    var recorder =
        TraceRecorder.create(
            store, OPTIONS.withBatchSize(1).withCloseTimeout(Duration.ofMillis(50)));
    recorder.record(event("e1", null, "s", 0));
    store.entered.await();
    recorder.record(event("e2", null, "s", 0));
    var before = System.nanoTime();
    recorder.close();
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
    assertThat(recorder.dropped()).isEqualTo(2);
  }

  @Test
  void countsWhatIsRecordedAfterClosing() {
    var store = new Store();
    var recorder = TraceRecorder.create(store, OPTIONS);
    recorder.close();
    recorder.record(event("e1", null, "s", 0));
    recorder.close();
    assertThat(recorder.dropped()).isEqualTo(1);
    assertThat(store.stored()).isZero();
  }

  @Test
  void refusesOptionsThatMakeNoSense() {
    assertThatThrownBy(() -> OPTIONS.withCapacity(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> OPTIONS.withLinger(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
