package io.iworx.benchmarks;

import java.nio.file.Path;

/** Where the peers that run on Node are: below the folder {@code peers/node}. */
final class NodePeers {
  private static final Path FOLDER =
      Path.of(System.getProperty("iworx.benchmarks", "."), "peers", "node");

  private NodePeers() {}

  static Path node() {
    return FOLDER.resolve("node_modules").resolve("node").resolve("bin").resolve("node");
  }

  static Path script(String name) {
    return FOLDER.resolve(name);
  }
}
