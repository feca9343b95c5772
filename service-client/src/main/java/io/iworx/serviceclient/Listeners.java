package io.iworx.serviceclient;

import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells everybody who listens; one that throws harms nobody. */
final class Listeners {
  private static final Logger log = LoggerFactory.getLogger(ServiceClient.class);

  private final List<CallListener> all;

  Listeners(List<CallListener> all) {
    this.all = all;
  }

  boolean none() {
    return all.isEmpty();
  }

  void tell(Consumer<CallListener> what) {
    for (var listener : all) {
      try {
        what.accept(listener);
      } catch (RuntimeException e) {
        log.warn("[Service Client] a listener failed; the call goes on", e);
      }
    }
  }
}
