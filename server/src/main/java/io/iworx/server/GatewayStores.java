package io.iworx.server;

import io.iworx.gateway.GatewayParts;
import io.iworx.postgres.ConnectionPool;
import io.iworx.postgres.PostgresIdempotencyStore;
import io.iworx.postgres.PostgresIdentityLookup;
import io.iworx.postgres.PostgresLimitStore;
import io.iworx.trace.TraceRecorder;

/** What a gateway keeps in a database. */
final class GatewayStores {
  private GatewayStores() {}

  /** The parts of a gateway that has a database. */
  static GatewayParts in(ConnectionPool pool, TraceRecorder recorder) {
    return GatewayParts.of(recorder)
        .withLimitStore(PostgresLimitStore.create(pool))
        .withIdempotencyStore(PostgresIdempotencyStore.create(pool))
        .withIdentityLookup(PostgresIdentityLookup.create(pool));
  }
}
