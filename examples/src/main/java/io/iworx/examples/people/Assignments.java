package io.iworx.examples.people;

import io.iworx.correlation.Uuid7;
import io.iworx.examples.http.HttpError;
import io.iworx.examples.people.Assignment.State;
import io.iworx.examples.storage.Table;
import java.sql.Connection;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Assignments, one for each idempotency key: a request that comes twice is one, and one that comes
 * after it was undone assigns nobody.
 */
final class Assignments {
  private static final Table<Assignment> TABLE = Table.of("people.assignments", Assignment.class);

  /**
   * Assigns somebody; for a known key, answers what it did the first time.
   *
   * @throws HttpError 409, answering the key, when the person is not known or it was undone before
   */
  Assignment assign(Connection connection, String organization, String key, Assignment wanted) {
    if (TABLE.insertIfAbsent(connection, wanted)) {
      return wanted;
    }
    var first = withKey(connection, organization, key);
    if (first.state() == State.WITHDRAWN) {
      throw HttpError.conflict("The assignment was withdrawn before", Map.of()).answering(key);
    }
    if (!Objects.equals(first.personId(), wanted.personId())) {
      throw HttpError.conflict(
          "The idempotency key stands for another assignment", Map.of("assignment", first));
    }
    return first;
  }

  /**
   * Undoes what the key did. Where that never happened, the key is kept, so that a late request
   * assigns nobody.
   */
  Assignment withdraw(Connection connection, String organization, String key, String workOrder) {
    var never = of(organization, key, workOrder, null).withdrawn();
    if (TABLE.insertIfAbsent(connection, never)) {
      return never;
    }
    var found = withKey(connection, organization, key);
    return found.state() == State.WITHDRAWN ? found : TABLE.update(connection, found.withdrawn());
  }

  static Assignment of(String organization, String key, String workOrder, @Nullable UUID person) {
    return new Assignment(
        UUID.fromString(Uuid7.next()), organization, key, workOrder, person, State.ASSIGNED);
  }

  private static Assignment withKey(Connection connection, String organization, String key) {
    return TABLE
        .select(
            connection,
            "organization_id = :owner AND idempotency_key = :key FOR UPDATE",
            query -> query.bind("owner", organization).bind("key", key))
        .getFirst();
  }
}
