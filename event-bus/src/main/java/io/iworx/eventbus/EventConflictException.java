package io.iworx.eventbus;

/** An event id is in the log already with another type, key or payload: nothing was stored. */
public final class EventConflictException extends EventException {
  private final String eventId;

  public EventConflictException(String eventId) {
    super(
        "Event "
            + eventId
            + " is in the log already with another type, key or payload; a different event needs an id of its own.");
    this.eventId = eventId;
  }

  public String eventId() {
    return eventId;
  }
}
