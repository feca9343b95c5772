package io.iworx.eventbus.spi;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The right of one instance to deliver for one partition of a subscription.
 *
 * @param subscription the subscription's name
 * @param partition from 0
 * @param partitions how many there are; an event belongs to the one that is the remainder of its
 *     {@linkplain LogEntry#slot() slot}. The number changes only while nobody has a claim
 * @param instance who holds it
 * @param fence grows with each holder: a store refuses an older one
 * @param checkpoint how far the partition was when it was claimed
 * @param blocked what waited then although the checkpoint was past it
 * @param afterCrash whether the one before lost it by letting its lease run out
 * @param lease how long it lasts after each prolonging
 * @param claimedAt when it was claimed, by the store's clock
 */
public record Claim(
    String subscription,
    int partition,
    int partitions,
    String instance,
    long fence,
    Checkpoint checkpoint,
    List<BlockedKey> blocked,
    boolean afterCrash,
    Duration lease,
    Instant claimedAt) {

  @Override
  public String toString() {
    return subscription + "/" + partition + " of " + instance + ", fence " + fence;
  }
}
