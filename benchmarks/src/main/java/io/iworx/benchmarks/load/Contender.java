package io.iworx.benchmarks.load;

/** One side of a comparison, alone in its process. */
@FunctionalInterface
public interface Contender {

  /**
   * Prepares and warms up, calls {@link Stage#begin()}, does the work, calls {@link Stage#end()}
   * and reports what it did. The process ends when this returns, whatever still runs in it.
   */
  void run(Stage stage) throws Exception;
}
