package io.iworx.examples.resource;

import java.sql.Connection;

/**
 * What follows from a change of a row, such as an event: in the row's own transaction, so that both
 * become true or neither. By default nothing follows.
 */
public interface Changes<T> {

  default void created(Connection connection, T row) {}

  default void updated(Connection connection, T before, T after) {}

  default void deleted(Connection connection, T row) {}
}
