package io.iworx.eventbus.spi;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a subscription stands.
 *
 * @param name its durable name
 * @param service the service that subscribed last
 * @param patterns what it subscribed to last
 * @param startedAt the position it began after
 * @param checkpoint everything up to here is handled or set aside
 * @param lag events after the checkpoint, matching or not
 * @param oldestUnread how long the oldest of them has waited; zero when there is none
 * @param instance who delivers for it; null when nobody does
 * @param deadLetters how many events were set aside
 */
public record SubscriptionStatus(
    String name,
    String service,
    List<String> patterns,
    long startedAt,
    long checkpoint,
    long lag,
    Duration oldestUnread,
    @Nullable String instance,
    long deadLetters) {}
