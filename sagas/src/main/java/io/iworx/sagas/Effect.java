package io.iworx.sagas;

/**
 * A step, or its compensation, that does something outside this database and returns nothing. It
 * may be executed again after a crash or an unclear answer, with the same idempotency key.
 */
@FunctionalInterface
public interface Effect {
  void run() throws Exception;
}
