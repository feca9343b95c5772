package io.iworx.benchmarks.load;

import io.iworx.correlation.Uuid7;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** The rows that publishing writes, written without the bus. */
final class LogRows {
  private static final String COLUMNS =
      "event_id, event_type, service_name, correlation_id, key, payload, metadata, published_at";

  private static final String COPY = "COPY domain_events (" + COLUMNS + ") FROM STDIN";

  static final String INSERT =
      "INSERT INTO domain_events ("
          + COLUMNS
          + ") VALUES (?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, clock_timestamp())";

  private LogRows() {}

  static void bind(PreparedStatement insert, Order order) throws SQLException {
    insert.setString(1, Uuid7.next());
    insert.setString(2, Ourselves.TYPE.name());
    insert.setString(3, Ourselves.SERVICE);
    insert.setString(4, Uuid7.next());
    insert.setString(5, order.workOrderId());
    insert.setString(6, order.json());
    insert.setString(7, "{}");
  }

  /**
   * Copies orders numbered from {@code first}; one transaction when the connection commits alone.
   */
  static void copy(Connection connection, long first, int count) throws SQLException {
    CopyManager copies = connection.unwrap(PGConnection.class).getCopyAPI();
    StringBuilder lines = new StringBuilder(count * (Order.BYTES + 200));
    for (long sequence = first; sequence < first + count; sequence++) {
      line(lines, Order.of(sequence, System.nanoTime()));
    }
    byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
    var copy = copies.copyIn(COPY);
    copy.writeToCopy(bytes, 0, bytes.length);
    copy.endCopy();
  }

  private static void line(StringBuilder lines, Order order) {
    lines
        .append(Uuid7.next())
        .append('\t')
        .append(Ourselves.TYPE.name())
        .append('\t')
        .append(Ourselves.SERVICE)
        .append('\t')
        .append(Uuid7.next())
        .append('\t')
        .append(order.workOrderId())
        .append('\t')
        .append(order.json())
        .append("\t{}\tnow\n");
  }
}
