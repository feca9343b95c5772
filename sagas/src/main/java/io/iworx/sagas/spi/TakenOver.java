package io.iworx.sagas.spi;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an instance took over, and when there may be more.
 *
 * @param sagas those taken over, with their step records
 * @param nextLeaseEnd how long until the first of the other instances' leases ends, unless that
 *     instance shows another sign of life, on the store's time; null when no other is alive
 */
public record TakenOver(List<StoredSaga> sagas, @Nullable Duration nextLeaseEnd) {

  /** Copies the list. */
  public TakenOver {
    sagas = List.copyOf(sagas);
  }
}
