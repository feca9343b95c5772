package io.iworx.sagas.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A saga as an operator sees it.
 *
 * @param saga with its step records where one saga was asked for
 * @param waitsFor what an open saga that nobody runs waits for, such as {@code version 2 of
 *     open-work-order}; null when an instance runs it, or it has ended
 * @param children the sagas that are steps of it, the first first, without their step records;
 *     empty in a list
 * @param operations what operators did to it, the first first; empty in a list
 */
public record SagaView(
    StoredSaga saga,
    @Nullable String waitsFor,
    List<StoredSaga> children,
    List<SagaOperation> operations) {

  /** Copies the lists. */
  public SagaView {
    children = List.copyOf(children);
    operations = List.copyOf(operations);
  }

  /** As in a list. */
  public SagaView(StoredSaga saga, @Nullable String waitsFor) {
    this(saga, waitsFor, List.of(), List.of());
  }
}
