package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Uuid7;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every statement that {@code docs/operations/sagas.md} shows runs, and answers. */
class SagaCookbookIT {
  @RegisterExtension static final SagaDatabase DATABASE = new SagaDatabase();

  private static final Path PAGE = Path.of("..", "docs", "operations", "sagas.md");
  private static final Pattern BLOCK = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL);

  @Test
  void everyStatementOfThePageRunsAndAnswers() throws Exception {
    var statements = statements();
    assertThat(statements).hasSizeGreaterThan(8);
    for (var statement : statements) {
      var saga = saga(statement.contains("saga_cancel") ? "RUNNING" : "STUCK");
      assertThat(rows(statement.replace("the saga id", saga))).as(statement).isPositive();
    }
  }

  private static List<String> statements() throws IOException {
    var statements = new ArrayList<String>();
    var blocks = BLOCK.matcher(Files.readString(PAGE));
    while (blocks.find()) {
      statements.addAll(
          Arrays.stream(blocks.group(1).replaceAll("--.*", "").split(";"))
              .map(String::strip)
              .filter(it -> !it.isEmpty())
              .toList());
    }
    return statements;
  }

  /**
   * A saga with a step, a wait and a child, what an operator did to it, and an instance that runs
   * such.
   */
  private static String saga(String state) throws SQLException {
    var id = Uuid7.next();
    try (var connection = DATABASE.pool().getConnection();
        var statement = connection.createStatement()) {
      statement.execute(
          """
          INSERT INTO sagas (id, definition, version, key, state, input, correlation_id, stuck_from,
            stuck_step, stuck_reason)
          VALUES ('%1$s', 'cookbook', 1, '%1$s', '%2$s', '{}', 'c-1', 'RUNNING', 'reserve', 'why');
          INSERT INTO saga_steps (saga_id, sequence, step, kind, attempts, started_at, ended_at)
          VALUES ('%1$s', 1, 'create', 'DONE', 1, now(), now());
          INSERT INTO saga_waits (saga_id, definition, step, event_type, key, due_at)
          VALUES ('%1$s', 'cookbook', '$await:order.paid', 'order.paid', '7', now());
          INSERT INTO sagas (id, definition, version, key, parent_id, state, input, correlation_id)
          VALUES (gen_random_uuid(), 'cookbook', 1, '%1$s/pay', '%1$s', 'COMPLETED', '{}', 'c-1');
          INSERT INTO saga_operations (action, saga_id, detail) VALUES ('retry', '%1$s', 'reserve');
          INSERT INTO saga_instances (instance, lease_until) VALUES ('cookbook-%1$s', now());
          """
              .formatted(id, state));
    }
    return id;
  }

  private static int rows(String sql) throws SQLException {
    try (var connection = DATABASE.pool().getConnection();
        var statement = connection.prepareStatement(sql);
        var rows = statement.executeQuery()) {
      var count = 0;
      while (rows.next()) {
        count++;
      }
      return count;
    }
  }
}
