package io.iworx.sagas;

/** A step that is done, or was begun, and how to undo it. */
sealed interface Undoable {
  String identity();

  /** By its compensation. */
  record ByWork(String identity, Work work) implements Undoable {}

  /** By the saga that it is, which undoes itself. */
  record ByChild(String identity, String sagaId) implements Undoable {}
}
