package io.iworx.sagas.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A saga as an operator sees it.
 *
 * @param saga with its step records where one saga was asked for
 * @param waitsFor what an open saga that nobody runs waits for, such as {@code version 2 of
 *     open-work-order}; null when an instance runs it, or it has ended
 * @param operations what operators did to it, the first first; empty in a list
 */
public record SagaView(StoredSaga saga, @Nullable String waitsFor, List<SagaOperation> operations) {

  /** Copies the list. */
  public SagaView {
    operations = List.copyOf(operations);
  }
}
