package io.iworx.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where the peers that run on Node are: below the folder {@code peers/node}. */
final class NodePeers {
  private static final Path FOLDER =
      Path.of(System.getProperty("iworx.benchmarks", "."), "peers", "node");

  private NodePeers() {}

  /** A Node new enough for them, which comes with them. */
  static Path node() {
    return FOLDER.resolve("node_modules").resolve("node").resolve("bin").resolve("node");
  }

  static Path script(String name) {
    return FOLDER.resolve(name);
  }

  /** How to get them, when they are not there; {@code benchmarks/run} has tried. */
  static Optional<String> missing() {
    return Files.isExecutable(node())
        ? Optional.empty()
        : Optional.of("needs npm and the network: apt-get install npm");
  }
}
