package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.correlation.Uuid7;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SagaRetentionIT {
  @RegisterExtension static final SagaDatabase DATABASE = new SagaDatabase();

  private static final Duration KEEP = Duration.ofDays(30);

  private final String definition = "old-" + Uuid7.next();

  @Test
  void removesWhatEndedLongAgoWithItsRecordsAndNothingElse() throws SQLException {
    add("completed", 1, "COMPLETED", 31, 31);
    add("compensated", 1, "COMPENSATED", 40, 32);
    add("ended-lately", 1, "COMPLETED", 40, 29);
    add("stuck", 1, "STUCK", 40, 40);
    add("open", 1, "RUNNING", 40, null);
    add("undoing", 1, "COMPENSATING", 40, null);

    assertThat(SagaRetention.remove(DATABASE.pool(), KEEP)).isEqualTo(2);

    assertThat(keys()).containsExactly("ended-lately", "open", "stuck", "undoing");
    assertThat(texts("SELECT saga_id::text FROM saga_steps WHERE step = '" + definition + "'"))
        .hasSize(4);
  }

  @Test
  void aChildStaysAsLongAsItsParent() throws SQLException {
    add("parent", 1, "RUNNING", 40, null);
    add("child", 1, "COMPLETED", 40, 35);
    execute(
        "UPDATE sagas child SET parent_id = parent.id FROM sagas parent"
            + " WHERE child.definition = '%1$s' AND child.key = 'child'"
            + " AND parent.definition = '%1$s' AND parent.key = 'parent'");
    assertThat(SagaRetention.remove(DATABASE.pool(), KEEP)).isZero();

    execute(
        "UPDATE sagas SET state = 'COMPLETED', ended_at = now() - interval '32 days'"
            + " WHERE definition = '%1$s' AND key = 'parent'");
    assertThat(SagaRetention.remove(DATABASE.pool(), KEEP)).isEqualTo(1);
    assertThat(SagaRetention.remove(DATABASE.pool(), KEEP)).isEqualTo(1);
  }

  private void execute(String sql) throws SQLException {
    try (var connection = DATABASE.pool().getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql.formatted(definition));
    }
  }

  @Test
  void removesMoreThanABatch() throws SQLException {
    add("many", 2_500, "COMPLETED", 60, 50);

    assertThat(SagaRetention.remove(DATABASE.pool(), KEEP)).isEqualTo(2_500);

    assertThat(keys()).isEmpty();
  }

  @Test
  void keepsForSomeTime() {
    assertThatThrownBy(() -> SagaRetention.start(DATABASE.pool(), Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT0S");
  }

  /** So many sagas with one record each; of many, the keys are numbered. */
  private void add(
      String key, int many, String state, int startedDaysAgo, @Nullable Integer endedDaysAgo)
      throws SQLException {
    try (var connection = DATABASE.pool().getConnection();
        var statement =
            connection.prepareStatement(
                """
                WITH added AS (
                  INSERT INTO sagas (id, definition, version, key, state, input, correlation_id,
                    started_at, ended_at)
                  SELECT overlay(gen_random_uuid()::text PLACING
                      substr(lpad(to_hex((extract(epoch FROM began) * 1000)::bigint), 12, '0'), 1, 8)
                      || '-' || substr(lpad(to_hex((extract(epoch FROM began) * 1000)::bigint), 12, '0'), 9)
                      || '-7' FROM 1 FOR 15)::uuid,
                    ?, 1, CASE WHEN total = 1 THEN ? ELSE ? || number END, ?, '{}', 'c', began,
                    now() - ? * interval '1 day'
                  FROM (SELECT now() - ? * interval '1 day' AS began, ? AS total) times,
                    LATERAL generate_series(1, total) number
                  RETURNING id)
                INSERT INTO saga_steps (saga_id, sequence, step, kind, attempts, started_at, ended_at)
                SELECT id, 1, ?, 'DONE', 1, now(), now() FROM added
                """)) {
      statement.setString(1, definition);
      statement.setString(2, key);
      statement.setString(3, key);
      statement.setString(4, state);
      statement.setObject(5, endedDaysAgo, Types.INTEGER);
      statement.setInt(6, startedDaysAgo);
      statement.setInt(7, many);
      statement.setString(8, definition);
      statement.executeUpdate();
    }
  }

  private List<String> keys() throws SQLException {
    return texts("SELECT key FROM sagas WHERE definition = '" + definition + "' ORDER BY key");
  }

  private static List<String> texts(String sql) throws SQLException {
    var texts = new ArrayList<String>();
    try (var connection = DATABASE.pool().getConnection();
        var statement = connection.prepareStatement(sql);
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
    }
    return texts;
  }
}
