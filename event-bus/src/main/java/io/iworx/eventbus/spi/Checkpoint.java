package io.iworx.eventbus.spi;

/**
 * How far a reader is: it is done with everything up to a position, save what is still pending.
 *
 * @param position everything above it is unread; 0 before the first event
 * @param pending positions up to it that are not done: of transactions that had not ended when it
 *     was read, or of events that are in a handler's hands
 */
public record Checkpoint(long position, Positions pending) {
  public static final Checkpoint BEGINNING = new Checkpoint(0, Positions.none());

  public Checkpoint {
    if (position < 0) {
      throw new IllegalArgumentException("A checkpoint is 0 or more, not " + position + ".");
    }
  }

  /** With nothing pending. */
  public static Checkpoint at(long position) {
    return new Checkpoint(position, Positions.none());
  }

  /** Whether it is done with what stands at a position. */
  public boolean isPast(long other) {
    return other <= position && !pending.contains(other);
  }

  /** The highest position with nothing before it that is not done. */
  public long solid() {
    return pending.isEmpty() ? position : Math.min(position, pending.first() - 1);
  }
}
