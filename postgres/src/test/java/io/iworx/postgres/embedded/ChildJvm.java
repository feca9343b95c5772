package io.iworx.postgres.embedded;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@link EmbeddedPostgresChild} in a process of its own. */
final class ChildJvm implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;

  private ChildJvm(Process process) {
    this.process = process;
    this.output = process.inputReader();
  }

  static ChildJvm start(Path folder) throws IOException {
    return start(List.of(), System.getProperty("java.class.path"), folder);
  }

  static ChildJvm start(List<String> prefix, String classPath, Path folder) throws IOException {
    List<String> words = new ArrayList<>(prefix);
    words.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    words.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", classPath));
    words.addAll(List.of(EmbeddedPostgresChild.class.getName(), folder.toString()));
    return new ChildJvm(
        new ProcessBuilder(words)
            .directory(Path.of("/").toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  /**
   * The one line it says: {@code ready} with the server's process id, or {@code refused} and why.
   */
  String says() throws IOException {
    return String.valueOf(output.readLine());
  }

  long postmaster() throws IOException {
    String line = says();
    if (!line.startsWith("ready ")) {
      throw new IllegalStateException(line);
    }
    return Long.parseLong(line.substring("ready ".length()));
  }

  /** As {@code kill -9} does. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    process.onExit().join();
  }
}
