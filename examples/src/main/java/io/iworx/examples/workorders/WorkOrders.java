package io.iworx.examples.workorders;

import io.iworx.examples.storage.Table;
import java.sql.Connection;

/** The rows of work orders, and what is asked about all of them. */
final class WorkOrders {
  static final Table<WorkOrder> TABLE = Table.of("work_orders.work_orders", WorkOrder.class);

  private static final String STATS =
      """
      count(*) AS total,
      count(*) FILTER (WHERE status = 'scheduled') AS scheduled,
      count(*) FILTER (WHERE status = 'in_progress') AS in_progress,
      count(*) FILTER (WHERE status = 'completed') AS completed,
      count(*) FILTER (WHERE status IN ('scheduled', 'in_progress') AND scheduled_date < now())
        AS overdue
      """;

  private WorkOrders() {}

  static Stats stats(Connection connection) {
    return TABLE.summary(connection, STATS, Stats.class);
  }
}
