package io.iworx.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows as parameters of a statement that unnests them: an array of text for each column, in which
 * the driver sends it in binary; null for one that is null throughout.
 */
final class Columns {
  private final Connection connection;
  private final PreparedStatement statement;
  private int index;

  Columns(Connection connection, PreparedStatement statement) {
    this.connection = connection;
    this.statement = statement;
  }

  /** Rows of so many columns each. */
  void add(List<@Nullable String[]> rows, int width) throws SQLException {
    for (var column = 0; column < width; column++) {
      index++;
      var values = new @Nullable String[rows.size()];
      var some = false;
      for (var row = 0; row < values.length; row++) {
        values[row] = rows.get(row)[column];
        some |= values[row] != null;
      }
      if (some) {
        statement.setArray(index, connection.createArrayOf("text", values));
      } else {
        statement.setNull(index, Types.ARRAY);
      }
    }
  }
}
