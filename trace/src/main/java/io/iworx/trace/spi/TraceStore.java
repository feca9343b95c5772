package io.iworx.trace.spi;

import io.iworx.correlation.Identity;
import io.iworx.trace.TraceEntry;
import java.util.List;

/** Where trace entries are kept. Implementations are safe for any thread. */
public interface TraceStore {

  /**
   * Keeps the entries. An entry whose kind and id are already kept is ignored, so that a batch may
   * be sent again.
   *
   * @throws RuntimeException when they could not be kept; the recorder counts them as dropped
   */
  void append(List<TraceEntry> entries);

  /**
   * Everything kept for the correlation id that the viewer {@linkplain Identity#sees may see}, by
   * time. Events come from the event log itself, not from {@link #append}.
   */
  List<TraceEntry> find(String correlationId, Identity viewer);
}
