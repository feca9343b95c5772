package io.iworx.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The iworx program as a process of its own, with what it prints in files. */
final class Child implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Process process;
  private final Path out;
  private final Path err;

  private Child(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  static Child start(Path folder, String... arguments) {
    try {
      var out = Files.createTempFile(folder, "out", ".txt");
      var err = Files.createTempFile(folder, "err", ".txt");
      var command =
          new ArrayList<>(
              List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
      command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
      command.addAll(
          List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), Iworx.class.getName()));
      command.addAll(Arrays.asList(arguments));
      var process =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      return new Child(process, out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for the last line of a start. */
  Child ready() {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> out().endsWith("ready\n") || !process.isAlive());
    assertThat(out()).as("standard error: %s", err()).endsWith("ready\n");
    return this;
  }

  /** Waits for the end. */
  int exitCode() {
    try {
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as("ended").isTrue();
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** SIGKILL, to the Java process alone. */
  void kill() {
    process.destroyForcibly();
    exitCode();
  }

  /** The processes it has started. */
  List<ProcessHandle> descendants() {
    return process.descendants().toList();
  }

  String out() {
    return read(out);
  }

  String err() {
    return read(err);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      terminate();
      exitCode();
    }
  }
}
