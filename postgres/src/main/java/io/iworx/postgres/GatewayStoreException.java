package io.iworx.postgres;

import java.sql.SQLException;

/** What gateways keep together could not be read or written. */
public final class GatewayStoreException extends RuntimeException {
  GatewayStoreException(String what, SQLException cause) {
    super(what + " (SQL state " + cause.getSQLState() + ").", cause);
  }
}
