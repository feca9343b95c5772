package io.iworx.gateway;

/**
 * Something done to each request before it is forwarded. It sees the request once its route is
 * known and its caller proved, may change the header it goes up with, and lets it through, answers
 * it, or throws.
 *
 * <p>A filter runs on the event loop of the client's connection, many requests at the same time on
 * different loops, and never blocks: while it runs, no other connection of that loop is served. One
 * that holds the loop for more than {@value FilterStep#MOST_MILLIS} ms is named in the log. One
 * that waits for anything is wrapped by {@link #onVirtualThread}.
 *
 * <p>What a filter throws, or does wrong, ends its request with 500; the log names the filter.
 */
@FunctionalInterface
public interface Filter {

  /**
   * Looks at a request. Before it returns it calls {@link FilterChain#proceed} or {@link
   * FilterChain#answer}, once.
   *
   * @param request good until this returns, on this thread
   * @param chain good until this returns, on this thread
   * @throws Exception whatever went wrong; the request is answered 500
   */
  void apply(FilterRequest request, FilterChain chain) throws Exception;

  /**
   * The same filter for code that waits: it runs on a virtual thread, as plain blocking code, with
   * the request's correlation in scope, while its connection is not read; then the request goes on
   * on its event loop. Without an answer after 10 seconds the request is answered 500. When the
   * request ends meanwhile, by that or because the client left, the thread is interrupted.
   */
  static Filter onVirtualThread(Filter filter) {
    return new WaitingFilter(filter);
  }
}
