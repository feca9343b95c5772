package io.iworx.postgres;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The parameters of a statement, one after the other. */
final class Parameters {
  private final PreparedStatement statement;
  private int index;

  Parameters(PreparedStatement statement) {
    this.statement = statement;
  }

  void add(@Nullable Object value) throws SQLException {
    index++;
    if (value == null) {
      statement.setString(index, null);
    } else {
      statement.setObject(index, value);
    }
  }
}
