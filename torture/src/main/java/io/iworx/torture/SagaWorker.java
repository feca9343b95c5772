package io.iworx.torture;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A worker of sagas, and its way to the server. */
record SagaWorker(WorkerProcess process, Tap tap, List<Integer> versions) implements AutoCloseable {

  static SagaWorker start(
      String name, SagaStage stage, List<Integer> versions, Duration clockOffset, Path folder)
      throws IOException {
    var server = stage.server();
    var tap = Tap.of(server::port, name, stage.gate());
    var settings =
        new SagaWorkerSettings(
            name,
            server.jdbcUrl(SagaStage.DATABASE, tap.port()),
            server.user(),
            folder,
            stage.outside().url(),
            versions,
            stage.options().lease(),
            clockOffset,
            stage.options().plant());
    var process =
        WorkerProcess.start(
            name, folder, SagaWorkerMain.class, settings.words(), server.password());
    return new SagaWorker(process, tap, versions);
  }

  String name() {
    return process.name();
  }

  @Override
  public void close() {
    process.close();
    tap.close();
  }
}
