package io.iworx.eventbus.spi;

import java.util.List;

/**
 * What a subscription is.
 *
 * @param name its durable name
 * @param service the service that subscribes
 * @param patterns event types or patterns
 * @param start where a new one begins; ignored for one that exists
 */
public record SubscriptionDefinition(
    String name, String service, List<String> patterns, Start start) {

  /** Where a new subscription begins. */
  public enum Start {
    /** After the last event there is. */
    LATEST,
    /** With the first event there is. */
    EARLIEST
  }
}
