package io.iworx.benchmarks.gateway;

/** Where one request of a {@link Loader} can be under way. All on the loader's event loop. */
interface Lane {

  /**
   * Sends the request; the loader is told how it went.
   *
   * @param due when it should have been sent
   */
  void send(long due);
}
