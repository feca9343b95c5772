package io.iworx.correlation;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * Secure chance, drawn ahead: asking for each number on its own costs as much as the rest of an
 * event's publishing in this process. Safe for any thread.
 */
final class SecureBytes implements RandomGenerator {
  private static final int AHEAD = 1_024;

  private final SecureRandom source;
  private final ReentrantLock lock = new ReentrantLock();
  private final byte[] bytes = new byte[AHEAD];
  private final ByteBuffer left = ByteBuffer.wrap(bytes).limit(0);

  SecureBytes(SecureRandom source) {
    this.source = source;
  }

  @Override
  public long nextLong() {
    lock.lock();
    try {
      if (!left.hasRemaining()) {
        source.nextBytes(bytes);
        left.clear();
      }
      return left.getLong();
    } finally {
      lock.unlock();
    }
  }
}
