package io.iworx.eventbus.spi;

/** The ordered, durable log of events, and the checkpoints of its subscriptions. */
public interface EventLog extends AutoCloseable {
  @Override
  void close();
}
