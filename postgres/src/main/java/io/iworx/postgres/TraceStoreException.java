package io.iworx.postgres;

import java.sql.SQLException;

/** Trace entries could not be written or read. */
public final class TraceStoreException extends RuntimeException {
  TraceStoreException(String what, SQLException cause) {
    super(what + " (SQL state " + cause.getSQLState() + ").", cause);
  }
}
