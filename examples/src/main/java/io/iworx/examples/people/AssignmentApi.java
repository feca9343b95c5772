package io.iworx.examples.people;

import io.iworx.correlation.CorrelationHeaders;
import io.iworx.correlation.Uuid7;
import io.iworx.examples.http.Answer;
import io.iworx.examples.http.Check;
import io.iworx.examples.http.HttpError;
import io.iworx.examples.http.Request;
import io.iworx.examples.http.Tenancy;
import io.iworx.examples.storage.Database;
import io.iworx.examples.storage.Table;
import java.io.IOException;
import java.sql.Connection;
import java.util.Map;
import java.util.UUID;

/** {@code /assignments} and {@code /assignments/withdraw}. */
final class AssignmentApi {
  /** Ends the idempotency key of a call that undoes the call with the key before it. */
  private static final String UNDO = "/undo";

  private final Database database;
  private final Table<Person> people;
  private final Assignments assignments = new Assignments();

  AssignmentApi(Database database, Table<Person> people) {
    this.database = database;
    this.people = people;
  }

  Answer assign(Request request) throws IOException {
    var wanted = request.body(AssignmentRequest.class);
    var organization = Tenancy.ownerOfNewRow(wanted.organizationId());
    var key = request.header(CorrelationHeaders.IDEMPOTENCY_KEY).orElseGet(Uuid7::next);
    var person = Check.required("person_id", wanted.personId());
    var isThere = database.inTransaction(connection -> isThere(connection, organization, person));
    if (!isThere) {
      return refused(organization, key, wanted, person);
    }
    return Answer.ok(
        database.inTransaction(
            connection ->
                assignments.assign(
                    connection,
                    organization,
                    key,
                    Assignments.of(organization, key, wanted.workOrderId(), person))));
  }

  private boolean isThere(Connection connection, String organization, UUID person) {
    return people
        .find(connection, person)
        .filter(it -> it.organizationId().equals(organization))
        .isPresent();
  }

  /** The refused key is kept, so that an earlier request, still on its way, assigns nobody. */
  private Answer refused(String organization, String key, AssignmentRequest wanted, UUID person) {
    database.inTransaction(
        connection -> assignments.withdraw(connection, organization, key, wanted.workOrderId()));
    throw HttpError.conflict("Nobody to assign", Map.of("person_id", person)).answering(key);
  }

  Answer withdraw(Request request) throws IOException {
    var wanted = request.body(AssignmentRequest.class);
    var organization = Tenancy.ownerOfNewRow(wanted.organizationId());
    var key =
        request
            .header(CorrelationHeaders.IDEMPOTENCY_KEY)
            .filter(it -> it.endsWith(UNDO))
            .map(it -> it.substring(0, it.length() - UNDO.length()))
            .orElseThrow(
                () ->
                    HttpError.badField("idempotency-key", "must be that of an assignment + /undo"));
    return Answer.ok(
        database.inTransaction(
            connection ->
                assignments.withdraw(connection, organization, key, wanted.workOrderId())));
  }
}
