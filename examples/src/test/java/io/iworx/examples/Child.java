package io.iworx.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.server.Iworx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The iworx program in a process of its own. */
final class Child implements AutoCloseable {
  private final Process process;
  private final List<String> said = new ArrayList<>();

  private Child(Process process) {
    this.process = process;
  }

  /** {@code iworx up} on free ports; returns when it is ready. */
  static Child up(Path folder) {
    return start("up", "--data", folder.toString(), "--port", "0", "--console-port", "0");
  }

  /** Any command that prints {@code ready}; returns when it did. */
  static Child start(String... arguments) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Iworx.class.getName()));
    command.addAll(List.of(arguments));
    try {
      var child = new Child(new ProcessBuilder(command).redirectErrorStream(true).start());
      child.awaitReady();
      return child;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitReady() throws IOException {
    BufferedReader lines = process.inputReader();
    for (var line = lines.readLine(); !"ready".equals(line); line = lines.readLine()) {
      assertThat(line).as("ended before it was ready: %s", said).isNotNull();
      said.add(line);
    }
    Thread.ofPlatform().daemon().start(() -> lines.lines().forEach(_ -> {}));
  }

  /** What it said before it was ready. */
  List<String> said() {
    return said;
  }

  /** SIGKILL, to the Java process alone. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  private void awaitEnd() {
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** SIGTERM, unless it has ended already. */
  @Override
  public void close() {
    process.destroy();
    awaitEnd();
  }
}
