package io.iworx.correlation;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * Secure chance, drawn ahead: asking for each number on its own costs as much as the rest of an
 * event's publishing in this process. Safe for any thread, and no thread waits for another except
 * to draw: a lock was 4 % of the process's time with 256 publishers.
 */
final class SecureBytes implements RandomGenerator {
  private static final int AHEAD = 128;

  private final SecureRandom source;
  private volatile Drawn drawn = new Drawn(new long[0]);

  SecureBytes(SecureRandom source) {
    this.source = source;
  }

  @Override
  public long nextLong() {
    while (true) {
      var current = drawn;
      var place = current.next.getAndIncrement();
      if (place < current.numbers.length) {
        return current.numbers[place];
      }
      drawAfter(current);
    }
  }

  private synchronized void drawAfter(Drawn used) {
    if (drawn == used) {
      var bytes = new byte[AHEAD * Long.BYTES];
      source.nextBytes(bytes);
      var numbers = new long[AHEAD];
      ByteBuffer.wrap(bytes).asLongBuffer().get(numbers);
      drawn = new Drawn(numbers);
    }
  }

  /** Numbers of which each is given away once. */
  private static final class Drawn {
    private final long[] numbers;
    private final AtomicInteger next = new AtomicInteger();

    Drawn(long[] numbers) {
      this.numbers = numbers;
    }
  }
}
