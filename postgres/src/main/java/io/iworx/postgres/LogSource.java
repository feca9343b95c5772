package io.iworx.postgres;

import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Positions;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/** The table as readers see it. Each method is a statement with a snapshot of its own. */
interface LogSource {
  /**
   * What one snapshot showed.
   *
   * @param late rows at positions that were missing before
   * @param next rows after those read before
   */
  record Look(List<LogEntry> late, List<LogEntry> next) {}

  /** Both in one snapshot: rows at gaps, and at most {@code limit} rows after a position. */
  Look look(Positions gaps, long after, int limit) throws SQLException;

  /** The transactions that hold a writer's lock on the table. */
  Set<String> writers() throws SQLException;

  /** The position that at most this many rows are above; 0 when there are not that many. */
  long beforeLast(int rows) throws SQLException;

  /**
   * The last position before the log's partition that has this one: nothing can come up to there.
   */
  long beforePartition(long position) throws SQLException;

  /** The rows after a position and up to another, oldest first. */
  List<LogEntry> rows(long after, long upTo, int limit) throws SQLException;

  /** The position of the first row after one; {@link Long#MAX_VALUE} when there is none. */
  long firstAfter(long position) throws SQLException;

  /** The rows at these positions, as far as they show, oldest first. */
  List<LogEntry> at(Positions positions) throws SQLException;
}
