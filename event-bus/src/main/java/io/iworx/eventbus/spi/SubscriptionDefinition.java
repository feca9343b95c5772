package io.iworx.eventbus.spi;

import java.util.List;

/**
 * What a subscription is.
 *
 * @param name its durable name
 * @param service the service that subscribes
 * @param number grows whenever the patterns change, so that of two releases that run at once the
 *     older one stands back
 * @param patterns event types or patterns
 * @param start where a new one begins; ignored for one that exists
 * @param partitions how many a new one has; ignored for one that exists
 */
public record SubscriptionDefinition(
    String name, String service, int number, List<String> patterns, Start start, int partitions) {}
