package io.iworx.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** Where everything is written; gone when it is closed, unless it is to be kept. */
final class WorkFolder implements AutoCloseable {
  private final Path path;
  private boolean kept;

  private WorkFolder(Path path) {
    this.path = path;
  }

  static WorkFolder create() throws IOException {
    return new WorkFolder(Files.createTempDirectory("iworx-torture"));
  }

  Path path() {
    return path;
  }

  void keep() {
    kept = true;
  }

  @Override
  public void close() throws IOException {
    if (kept) {
      return;
    }
    try (var files = Files.walk(path)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
