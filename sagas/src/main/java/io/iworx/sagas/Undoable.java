package io.iworx.sagas;

/** A step that is done, and how to undo it. */
record Undoable(String identity, Work work) {}
