package io.iworx.examples.inventory;

import io.iworx.correlation.CorrelationHeaders;
import io.iworx.correlation.Uuid7;
import io.iworx.examples.http.Answer;
import io.iworx.examples.http.HttpError;
import io.iworx.examples.http.Request;
import io.iworx.examples.http.Tenancy;
import io.iworx.examples.storage.Database;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** {@code /reserve} and {@code /release}. */
final class ReservationApi {
  /** Ends the idempotency key of a call that undoes the call with the key before it. */
  private static final String UNDO = "/undo";

  private final Database database;
  private final Reservations reservations;

  ReservationApi(Database database, Reservations reservations) {
    this.database = database;
    this.reservations = reservations;
  }

  Answer reserve(Request request) throws IOException {
    var wanted = request.body(ReservationRequest.class);
    var organization = Tenancy.ownerOfNewRow(wanted.organizationId());
    var key = request.header(CorrelationHeaders.IDEMPOTENCY_KEY);
    try {
      var reservation =
          database.inTransaction(
              connection ->
                  reservations.reserve(
                      connection, organization, key.orElseGet(Uuid7::next), wanted));
      return done(reservation.workOrderId(), reservation.items());
    } catch (HttpError e) {
      if (e.answeredKey() == null || key.isEmpty()) {
        throw e;
      }
      var workOrder = wanted.workOrderId();
      var earlier =
          database
              .inTransaction(
                  connection -> reservations.refuse(connection, organization, key.get(), workOrder))
              .orElseThrow(() -> e);
      return done(earlier.workOrderId(), earlier.items());
    }
  }

  Answer release(Request request) throws IOException {
    var wanted = request.body(ReleaseRequest.class);
    var organization = Tenancy.ownerOfNewRow(wanted.organizationId());
    var workOrder = wanted.workOrderId();
    var key = request.header(CorrelationHeaders.IDEMPOTENCY_KEY).filter(it -> it.endsWith(UNDO));
    var lines =
        database.inTransaction(
            connection ->
                key.isPresent()
                    ? reservations.undo(connection, organization, undone(key.get()), workOrder)
                    : reservations.release(connection, organization, workOrder));
    return done(workOrder, lines);
  }

  private static String undone(String key) {
    return key.substring(0, key.length() - UNDO.length());
  }

  private static Answer done(String workOrderId, List<Reservation.Line> items) {
    return Answer.ok(Map.of("success", true, "workOrderId", workOrderId, "items", items));
  }
}
