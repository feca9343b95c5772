package io.iworx.eventbus;

/** What happens to later events of a key of which one event became a dead letter. */
public enum AfterDeadLetter {
  /** They are delivered. */
  KEY_GOES_ON,
  /** They wait until every dead letter of the key is redriven or discarded. */
  KEY_WAITS
}
