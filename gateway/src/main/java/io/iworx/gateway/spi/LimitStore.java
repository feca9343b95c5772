package io.iworx.gateway.spi;

import java.time.Duration;
import java.util.List;

/**
 * Where the gateways of a platform keep the rate limits that they share. A gateway takes tokens
 * ahead, some for many requests, and never asks for a single one.
 *
 * <p>Guarantees: of one bucket no more than {@code burst} tokens are handed out at once and {@code
 * requests} in each {@code per} afterwards, to all instances together, by the store's own clock; a
 * clock set back hands out nothing. Safe for any thread; blocks; throws when the store cannot be
 * had, and then nothing was taken or it is lost.
 */
public interface LimitStore {

  /**
   * Takes tokens out of several buckets; one that is not there yet is full.
   *
   * @param demands no bucket twice
   * @return for each demand, in the same order, what it got
   */
  List<Lease> take(List<Demand> demands);

  /**
   * Says that an instance is there.
   *
   * @return how many have said so within the last 30 seconds, this one included
   */
  int instances(String instance);

  /**
   * What is wanted of a bucket.
   *
   * @param bucket its name, the same in all gateways
   * @param requests tokens that come back in each {@code per}
   * @param burst tokens in a full bucket
   * @param wanted tokens to take at most, at least 1
   */
  record Demand(String bucket, int requests, Duration per, int burst, int wanted) {}

  /**
   * What a demand got.
   *
   * @param granted tokens taken, from 0 to what was wanted
   * @param next how long until there is another token; zero when there is one now
   */
  record Lease(int granted, Duration next) {}
}
