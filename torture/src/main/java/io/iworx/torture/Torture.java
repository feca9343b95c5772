package io.iworx.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** All rounds, on one server. */
final class Torture {
  private final TortureOptions options;
  private final Path folder;
  private final Consumer<String> progress;

  /**
   * @param folder where the server's data, journals and logs go
   * @param progress is told a line for each round, and for what is found
   */
  Torture(TortureOptions options, Path folder, Consumer<String> progress) {
    this.options = options;
    this.folder = folder;
    this.progress = progress;
  }

  List<RoundResult> run() throws Exception {
    List<RoundResult> results = new ArrayList<>();
    try (var server = Server.start(folder.resolve("postgres"), options.binaries())) {
      for (var number = 1; number <= options.rounds(); number++) {
        var result = round(server, number);
        results.add(result);
        progress.accept(result.line(number, options.rounds()));
        Report.details(result, options).forEach(progress);
      }
    }
    return results;
  }

  private RoundResult round(Server server, int number) throws Exception {
    var place = Files.createDirectory(folder.resolve("round-" + number));
    var database = "torture_" + number;
    var result = new Round(options, server, options.seed() + number - 1, place, database).run();
    if (result.isClean()) {
      server.drop(database);
      server.drop(OwnDatabase.of(database));
      delete(place);
    }
    return result;
  }

  private static void delete(Path place) throws IOException {
    try (var files = Files.list(place)) {
      for (var file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(place);
  }
}
