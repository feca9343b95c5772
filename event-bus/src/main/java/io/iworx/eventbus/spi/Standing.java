package io.iworx.eventbus.spi;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * How an instance stands in a subscription.
 *
 * @param subscription the subscription's name
 * @param partitions how many there are
 * @param share how many of them this instance should hold now: 0 while paused, when a newer
 *     definition has registered, or when all have come to where they are to stop
 * @param newestDefinition the number of the definition that counts
 * @param paused whether nobody delivers by an operator's wish
 * @param stopAt deliver nothing above this position: the subscription is being given another number
 *     of partitions
 * @param redrive whether dead letters of this subscription are to be delivered again
 * @param changesIn when the standing may change by itself, because the lease of another instance
 *     ends; the whole lease when no other is near its end
 */
public record Standing(
    String subscription,
    int partitions,
    int share,
    int newestDefinition,
    boolean paused,
    OptionalLong stopAt,
    boolean redrive,
    Duration changesIn) {}
