package io.iworx.examples;

import io.iworx.server.Platform;
import io.iworx.server.PlatformOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** A whole platform with the five services, on free ports and in a folder that goes with it. */
final class Stage implements AutoCloseable {
  private final Path folder;
  private final Platform platform;

  private Stage(Path folder, Platform platform) {
    this.folder = folder;
    this.platform = platform;
  }

  static Stage open() {
    try {
      var folder = Files.createTempDirectory("iworx-stage");
      var platform = Platform.start(PlatformOptions.of(folder).withPorts(0, 0), _ -> {});
      return new Stage(folder, platform);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Platform platform() {
    return platform;
  }

  Path folder() {
    return folder;
  }

  /** A user of an organization who calls the gateway. */
  Api user(String name, String organization) {
    return new Api(
        platform.gateway(), platform.tokens().user(name, organization, false, Api.TOKEN_LASTS));
  }

  /** A user who sees the rows of every organization, and belongs to one. */
  Api crossProject(String name, String organization) {
    return new Api(
        platform.gateway(), platform.tokens().user(name, organization, true, Api.TOKEN_LASTS));
  }

  @Override
  public void close() {
    platform.close();
    delete(folder);
  }

  /** Deletes a folder and all that is in it. */
  static void delete(Path folder) {
    try (var files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(Stage::deleteOne);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void deleteOne(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
