package io.iworx.sagas;

import io.iworx.correlation.ClassifiedFailure;
import io.iworx.correlation.FailureKind;
import io.iworx.eventbus.InvalidEventException;
import io.iworx.eventbus.NewEvent;

/** An event of the saga could not be appended to the log; the commit it was part of is undone. */
final class PublishFailed extends Exception implements ClassifiedFailure {
  private final transient FailureKind kind;

  PublishFailed(NewEvent<?> event, RuntimeException cause) {
    super(
        "The event "
            + event.type().name()
            + " could not be published: "
            + String.valueOf(cause.getMessage()),
        cause);
    this.kind =
        cause instanceof InvalidEventException
            ? new FailureKind.Permanent()
            : ClassifiedFailure.kindOf(cause);
  }

  @Override
  public FailureKind kind() {
    return kind;
  }
}
