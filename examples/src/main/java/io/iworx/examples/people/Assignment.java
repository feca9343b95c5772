package io.iworx.examples.people;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A person who is to work on a work order.
 *
 * @param idempotencyKey one key, one assignment, within an organization
 * @param personId who; null when the key was withdrawn before anybody was assigned
 */
public record Assignment(
    UUID id,
    String organizationId,
    String idempotencyKey,
    String workOrderId,
    @Nullable UUID personId,
    State state) {

  Assignment withdrawn() {
    return new Assignment(
        id, organizationId, idempotencyKey, workOrderId, personId, State.WITHDRAWN);
  }

  /** Whether it still holds. */
  public enum State {
    ASSIGNED,
    WITHDRAWN
  }
}
