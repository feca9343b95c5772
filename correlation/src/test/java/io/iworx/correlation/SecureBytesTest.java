package io.iworx.correlation;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SecureBytesTest {
  private static final int THREADS = 16;
  private static final int EACH = 5_000;

  /** What is drawn comes out, all of it, each number once, whoever takes it. */
  @Test
  void noNumberIsGivenTwiceOrLeftOut() throws InterruptedException, ExecutionException {
    var counting =
        new SecureRandom() {
          private long count;

          @Override
          public void nextBytes(byte[] bytes) {
            var buffer = java.nio.ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
              buffer.putLong(count++);
            }
          }
        };
    var chance = new SecureBytes(counting);
    var taken = new ArrayList<Long>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<long[]> taking = () -> LongStream.generate(chance::nextLong).limit(EACH).toArray();
      var all = new ArrayList<Callable<long[]>>();
      for (var i = 0; i < THREADS; i++) {
        all.add(taking);
      }
      for (var future : threads.invokeAll(all)) {
        LongStream.of(future.get()).forEach(taken::add);
      }
    }
    assertThat(taken)
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(
            LongStream.range(0, (long) THREADS * EACH).boxed().toList());
  }
}
