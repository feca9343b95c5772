package io.iworx.eventbus.spi;

import java.util.List;

/**
 * How far a subscription is on its way to another number of partitions.
 *
 * @param state what is being waited for
 * @param partitions how many it has now
 * @param stopAt where all partitions are to come to
 * @param left how many positions the one furthest behind has to go; 0 once they are there
 * @param holders the instances that hold partitions
 */
public record Repartitioning(
    State state, int partitions, long stopAt, long left, List<String> holders) {

  /** What is being waited for. */
  public enum State {
    /** Partitions deliver up to the position where all stop. */
    DRAINING,

    /** All are there, and instances finish what they have in hand. */
    LETTING_GO,

    /** The subscription has the number of partitions that was asked for. */
    DONE
  }
}
