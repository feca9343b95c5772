package io.iworx.eventbus.spi;

import java.time.Duration;

/**
 * The right of one instance to deliver for a subscription.
 *
 * @param subscription the subscription's name
 * @param instance who holds it
 * @param fence grows with each holder: a store refuses an older one
 * @param checkpoint how far the subscription was when it was claimed
 * @param lease how long it lasts after each prolonging
 */
public record Claim(
    String subscription, String instance, long fence, long checkpoint, Duration lease) {}
