package io.iworx.torture;

import io.iworx.eventbus.EventType;
import io.iworx.eventbus.PermanentFailure;
import io.iworx.sagas.Branch;
import io.iworx.sagas.Saga;
import io.iworx.sagas.SagaDefinition;
import io.iworx.sagas.Sagas;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * The saga that is tortured: steps of both kinds, in a loop and in branches, around an event, a
 * wait for it and one for a time, and a saga as a step.
 */
final class SagaWorkload {
  static final String DEFINITION = "torture";
  private static final String CHILD = DEFINITION + "-child";

  static final String SCHEMA =
      """
      CREATE TABLE torture_saga_effects (
        n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, saga text NOT NULL, what text NOT NULL);
      """;

  private static final EventType<Task> STARTED =
      EventType.of("torture.started", Task.class).keyedBy("name");

  /** Longer than any trial. */
  private static final Duration PATIENCE = Duration.ofDays(1);

  private final HttpClient http = HttpClient.newHttpClient();
  private final String worker;
  private final String outside;
  private final DataSource dataSource;
  private final SagaPlant plant;

  SagaWorkload(String worker, String outside, DataSource dataSource, SagaPlant plant) {
    this.worker = worker;
    this.outside = outside;
    this.dataSource = dataSource;
    this.plant = plant;
  }

  /** What a saga is to do; its name is also its key. */
  record Task(String name, SagaPath path) {}

  SagaDefinition<Task, String> define(Sagas sagas, int version) {
    var child = sagas.define(CHILD, version, Task.class, String.class, this::runChild);
    return sagas.define(
        DEFINITION, version, Task.class, String.class, (saga, task) -> run(saga, task, child));
  }

  private String runChild(Saga saga, Task task) {
    write(saga, task, "inspect");
    return task.name();
  }

  private String run(Saga saga, Task task, SagaDefinition<Task, String> child) {
    var id = saga.newId();
    if (task.path().beginsWithCall()) {
      call(saga, task, "reserve");
    }
    write(saga, task, "create");
    saga.publish(STARTED, task);
    var _ = saga.await(STARTED, task.name(), PATIENCE).orElseThrow();
    if (!task.path().beginsWithCall()) {
      call(saga, task, "reserve");
    }
    call(saga, task, "notify");
    saga.sleep(Duration.ofMillis(1));
    for (var round = 0; round < 2; round++) {
      write(saga, task, "count");
    }
    saga.parallel(
        Branch.of("telling", branch -> call(branch, task, "tell")),
        Branch.of("filing", branch -> write(branch, task, "file")));
    var _ = saga.child("inspection", child, task);
    saga.step(
        "close",
        connection -> {
          insert(connection, task, "close");
          if (task.path() == SagaPath.UNDO) {
            throw new PermanentFailure("refused");
          }
        });
    return id;
  }

  private String write(Saga saga, Task task, String step) {
    saga.step(
        step,
        connection -> insert(connection, task, step),
        connection -> insert(connection, task, step + Outside.UNDO));
    return step;
  }

  private void insert(Connection given, Task task, String what) throws SQLException {
    try (var own = plant == SagaPlant.REPEAT ? dataSource.getConnection() : null;
        var statement =
            (own == null ? given : own)
                .prepareStatement("INSERT INTO torture_saga_effects (saga, what) VALUES (?, ?)")) {
      statement.setString(1, task.name());
      statement.setString(2, what);
      statement.executeUpdate();
    }
  }

  private String call(Saga saga, Task task, String step) {
    saga.step(
        step,
        () -> call(saga, task.name(), step),
        () -> call(saga, task.name(), step + Outside.UNDO));
    return step;
  }

  private void call(Saga saga, String task, String what) throws IOException, InterruptedException {
    var key = saga.idempotencyKey() + (plant == SagaPlant.FRESH_KEYS ? System.nanoTime() : "");
    var request =
        HttpRequest.newBuilder(URI.create(outside + "/" + worker + "/" + task + "/" + what))
            .header(Outside.KEY, key)
            .POST(BodyPublishers.noBody())
            .build();
    var answer = http.send(request, BodyHandlers.discarding());
    switch (answer.statusCode()) {
      case Outside.DONE -> {}
      case Outside.REFUSED -> throw PermanentFailure.answering(key, "refused");
      default -> throw new PermanentFailure("denied with " + answer.statusCode());
    }
  }
}
