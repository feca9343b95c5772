package io.iworx.sagas;

import java.sql.Connection;

/** The compensation of a step that leaves nothing to undo: recognised and never recorded. */
enum NothingToUndo implements Compensation<Object>, TransactionalCompensation<Object> {
  INSTANCE;

  @Override
  public void undo(Object result) {}

  @Override
  public void undo(Connection connection, Object result) {}
}
