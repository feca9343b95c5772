package io.iworx.sagas;

import io.iworx.eventbus.NewEvent;

/** An event of the saga could not be appended to the log; the commit it was part of is undone. */
final class PublishFailed extends Exception {
  PublishFailed(NewEvent<?> event, RuntimeException cause) {
    super(
        "The event "
            + event.type().name()
            + " could not be published: "
            + String.valueOf(cause.getMessage()),
        cause);
  }
}
