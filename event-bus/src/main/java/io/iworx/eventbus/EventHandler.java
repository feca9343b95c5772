package io.iworx.eventbus;

/** Handles an event at least once. */
@FunctionalInterface
public interface EventHandler<T> {

  /**
   * Called on a virtual thread with the event's context in scope (its correlation id; the event as
   * the cause; the stored user and organization). Returning means handled; throwing means it is
   * tried again, or set aside at once on {@link PermanentFailure}. It may be called again for an
   * event it already handled.
   */
  void handle(Event<T> event, Delivery delivery) throws Exception;
}
