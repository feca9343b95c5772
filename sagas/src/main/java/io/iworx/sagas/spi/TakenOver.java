package io.iworx.sagas.spi;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an instance took over, and when there may be more.
 *
 * @param sagas those taken over, with their step records
 * @param nextLeaseEnd how long until the first of the other instances' leases ends, unless that
 *     instance shows another sign of life, on the store's time; null when no other is alive
 * @param nextWake how long until the time of the next saga of the definitions has come that waits
 *     for one; null when none does
 * @param awaited the types of the events that sagas of the definitions wait for
 */
public record TakenOver(
    List<StoredSaga> sagas,
    @Nullable Duration nextLeaseEnd,
    @Nullable Duration nextWake,
    Set<String> awaited) {

  /** Copies the list and the set. */
  public TakenOver {
    sagas = List.copyOf(sagas);
    awaited = Set.copyOf(awaited);
  }
}
