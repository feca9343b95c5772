package io.iworx.postgres.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A short command of the operating system, its exit code and what it said. */
record Command(int exitCode, String output) {

  boolean succeeded() {
    return exitCode == 0;
  }

  /** Runs the command to its end; a command that does not exist fails with 127. */
  static Command run(List<String> words) {
    try {
      ProcessBuilder builder = builder(words).redirectErrorStream(true);
      Process process = builder.start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Command(process.waitFor(), output.strip());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedPostgresException("Interrupted while running " + words.getFirst() + ".", e);
    } catch (IOException e) {
      return new Command(127, String.valueOf(e.getMessage()));
    }
  }

  /** A process with an environment in which no setting of another PostgreSQL is left. */
  static ProcessBuilder builder(List<String> words) {
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LC_ALL", "C");
    // Not the caller's folder, which the server would keep busy and might not be allowed to enter.
    builder.directory(Path.of("/").toFile());
    return builder;
  }

  /** Whether the command is on PATH. */
  static boolean exists(String name) {
    String path = System.getenv("PATH");
    return path != null
        && Stream.of(path.split(":", -1))
            .filter(folder -> !folder.isEmpty())
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
  }

  /** Deletes a folder with everything in it, if it is there. */
  static void deleteFolder(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
