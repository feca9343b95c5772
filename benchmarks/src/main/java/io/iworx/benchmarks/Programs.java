package io.iworx.benchmarks;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Servers of peers that Debian packages, where they are installed. */
final class Programs {
  private static final List<String> USUAL =
      List.of(
          "/usr/lib/rabbitmq/bin", "/usr/local/bin", "/usr/bin", "/usr/local/sbin", "/usr/sbin");

  private Programs() {}

  /**
   * Where a program is. The folders come first that hold RabbitMQ's own script: the one on PATH
   * insists on a user of its own.
   */
  static Optional<Path> find(String name) {
    String path = System.getenv("PATH");
    Stream<String> onPath =
        path == null ? Stream.of() : Stream.of(path.split(File.pathSeparator, -1));
    return Stream.concat(USUAL.stream(), onPath)
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** How to get a program that is missing. */
  static Optional<String> missing(String name) {
    return find(name).isPresent() ? Optional.empty() : Optional.of("apt-get install " + name);
  }

  static String path(String name) {
    return find(name).map(Path::toString).orElse(name);
  }
}
