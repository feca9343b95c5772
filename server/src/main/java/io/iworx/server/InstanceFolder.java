package io.iworx.server;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that names an instance. */
final class InstanceFolder {
  /** Where an instance keeps its data unless told otherwise. */
  static final String DEFAULT = ".iworx";

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = DEFAULT,
      description = "The instance's data folder (default: ${DEFAULT-VALUE}).")
  Path path = Path.of(DEFAULT);
}
