package io.iworx.gateway;

import io.iworx.trace.TraceEntry;
import io.iworx.trace.TraceRecorder;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A recorder that keeps what it gets. */
final class HopList implements TraceRecorder {
  private final BlockingQueue<TraceEntry> hops = new LinkedBlockingQueue<>();

  @Override
  public void record(TraceEntry entry) {
    hops.add(entry);
  }

  TraceEntry next() throws InterruptedException {
    var hop = hops.poll(10, TimeUnit.SECONDS);
    if (hop == null) {
      throw new AssertionError("no hop was recorded");
    }
    return hop;
  }

  boolean isEmpty() {
    return hops.isEmpty();
  }

  @Override
  public long dropped() {
    return 0;
  }

  @Override
  public void close() {}
}
