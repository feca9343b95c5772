package io.iworx.eventbus.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an instance has to say about a partition it holds; written whole or not at all, and prolongs
 * the claim.
 *
 * @param claim the right to say it
 * @param checkpoint how far it is now; null to leave it where it is
 * @param blocked keys and events that wait from now on, or whose waiting has changed
 * @param freed those that wait no longer; each must still be there, or nothing is written: somebody
 *     else was quicker
 * @param deadLetters events that are given up; one that was given up before stays as it is
 * @param redriven ids of events that are dead letters no longer; each must still be one, as above
 * @param expired positions of events that were not delivered because they had expired: for whoever
 *     asks later what became of them
 */
public record Advance(
    Claim claim,
    @Nullable Checkpoint checkpoint,
    List<BlockedKey> blocked,
    List<BlockedKey.Id> freed,
    List<DeadLetter> deadLetters,
    List<String> redriven,
    Positions expired) {

  /** With nothing expired. */
  public Advance(
      Claim claim,
      @Nullable Checkpoint checkpoint,
      List<BlockedKey> blocked,
      List<BlockedKey.Id> freed,
      List<DeadLetter> deadLetters,
      List<String> redriven) {
    this(claim, checkpoint, blocked, freed, deadLetters, redriven, Positions.none());
  }

  /** Only moves the checkpoint. */
  public static Advance to(Claim claim, Checkpoint checkpoint) {
    return new Advance(claim, checkpoint, List.of(), List.of(), List.of(), List.of());
  }

  /** Says nothing but that the holder is alive. */
  public static Advance none(Claim claim) {
    return new Advance(claim, null, List.of(), List.of(), List.of(), List.of());
  }

  /** Whether there is a checkpoint, and nothing else. */
  public boolean onlyMoves() {
    return checkpoint != null
        && blocked.isEmpty()
        && freed.isEmpty()
        && deadLetters.isEmpty()
        && redriven.isEmpty()
        && expired.isEmpty();
  }

  /** Whether it changes nothing but the lease. */
  public boolean isEmpty() {
    return checkpoint == null
        && blocked.isEmpty()
        && freed.isEmpty()
        && deadLetters.isEmpty()
        && redriven.isEmpty()
        && expired.isEmpty();
  }
}
