package io.iworx.eventbus;

/** A durable named reader of the log, and this instance's part in it. Safe for any thread. */
public interface Subscription extends AutoCloseable {

  String name();

  /** Every event up to this position is handled or set aside; 0 before the first. */
  long checkpoint();

  /**
   * Ends this instance's part: no new event is started, those under way are waited for. The
   * checkpoint stays.
   */
  @Override
  void close();
}
