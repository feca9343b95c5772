package io.iworx.gateway;

import java.util.function.Consumer;

/**
 * How a filter says what becomes of a request. Each method throws {@link IllegalStateException}
 * with a sentence when it is called a second time, after the filter has returned, or from another
 * thread.
 */
public interface FilterChain {

  /** Lets the request through: the next filter gets it once this one has returned. */
  void proceed();

  /** Ends the request with an answer; nothing is forwarded, no later filter is asked. */
  void answer(FilterReply reply);

  /**
   * Has the head of the service's answer changed before the client gets it, if the service answers.
   * Runs on the event loop and never blocks, also for a filter that runs on a virtual thread. Later
   * filters' changes are made first. Answers of the gateway's own are not changed.
   */
  void onAnswer(Consumer<FilterAnswer> change);
}
