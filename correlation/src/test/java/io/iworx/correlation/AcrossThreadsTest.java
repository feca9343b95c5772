package io.iworx.correlation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

/** The context goes to another thread when it is wrapped, and only then. */
class AcrossThreadsTest {
  private static final Correlation CORRELATION = Correlation.of("c-1");

  private record Seen(Optional<Correlation> correlation, Optional<String> mdc) {
    static Seen here() {
      return new Seen(Correlation.current(), Optional.ofNullable(MDC.get(Correlation.MDC_KEY)));
    }
  }

  private static ThreadFactory threads(String kind) {
    return kind.equals("virtual") ? Thread.ofVirtual().factory() : Thread.ofPlatform().factory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "platform"})
  void wrappedWorkSeesTheContextOnANewThread(String kind) throws InterruptedException {
    var seen = new AtomicReference<Seen>();
    var thread = threads(kind).newThread(CORRELATION.wrap(() -> seen.set(Seen.here())));
    thread.start();
    thread.join();
    assertThat(seen.get()).isEqualTo(new Seen(Optional.of(CORRELATION), Optional.of("c-1")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "platform"})
  void unwrappedWorkSeesNothing(String kind) throws InterruptedException {
    var seen = new AtomicReference<Seen>();
    var thread = new AtomicReference<Thread>();
    CORRELATION.run(
        () -> {
          thread.set(threads(kind).newThread(() -> seen.set(Seen.here())));
          thread.get().start();
        });
    thread.get().join();
    assertThat(seen.get().correlation()).isEmpty();
  }

  @Test
  void aPooledThreadIsCleanAfterwards() throws Exception {
    try (var pool = Executors.newSingleThreadExecutor()) {
      assertThat(pool.submit(CORRELATION.wrap(Seen::here)).get().correlation())
          .contains(CORRELATION);
      assertThat(pool.submit(Seen::here).get())
          .isEqualTo(new Seen(Optional.empty(), Optional.empty()));
    }
  }

  @Test
  void wrappedWorkReplacesTheContextOfTheThreadItRunsOn() {
    Correlation.of("other")
        .run(
            () -> {
              var seen = new AtomicReference<Seen>();
              CORRELATION.wrap(() -> seen.set(Seen.here())).run();
              assertThat(seen.get().correlation()).contains(CORRELATION);
              assertThat(Correlation.current()).contains(Correlation.of("other"));
            });
  }

  @Test
  void capturingIsTakingTheCurrentOne() throws Exception {
    try (var pool = Executors.newFixedThreadPool(2)) {
      var later =
          CORRELATION.<CompletableFuture<Seen>, RuntimeException>call(
              () -> {
                var captured = Correlation.currentOrFresh();
                return CompletableFuture.supplyAsync(
                    () -> captured.<Seen, RuntimeException>call(Seen::here), pool);
              });
      assertThat(later.get().correlation()).contains(CORRELATION);
    }
  }

  @Test
  void manyContextsOnManyThreadsNeverMix() throws Exception {
    try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      var allInScope = new CountDownLatch(1);
      var tasks = new ArrayList<Future<String>>();
      for (int i = 0; i < 10_000; i++) {
        var mine = Correlation.of("c-" + i).withIdentity(Identity.of("u-" + i, null));
        tasks.add(
            pool.submit(
                mine.wrap(
                    () -> {
                      allInScope.await();
                      var seen = Correlation.currentOrFresh();
                      return seen.correlationId()
                          + seen.identity().userId()
                          + MDC.get(Correlation.MDC_KEY);
                    })));
      }
      allInScope.countDown();
      for (int i = 0; i < tasks.size(); i++) {
        assertThat(tasks.get(i).get()).isEqualTo("c-" + i + "u-" + i + "c-" + i);
      }
    }
  }
}
