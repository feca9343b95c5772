package io.iworx.benchmarks.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Another process of our own; what it prints is handed on line by line. It ends with this one. */
final class Instance {
  private final Process process;

  private Instance(Process process) {
    this.process = process;
  }

  /** Starts a contender beside this one, with the same options. */
  static Instance start(Stage stage, String contender, Consumer<String> lines) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path")));
    words.addAll(List.of(ContenderMain.class.getName(), contender));
    stage.options().forEach((name, value) -> words.add(name + "=" + value));
    Process process =
        new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::destroyForcibly));
    BufferedReader output = process.inputReader();
    // A thread of the platform: reading a pipe would hold the carrier of a virtual one.
    Thread.ofPlatform().daemon().start(() -> read(output, lines));
    return new Instance(process);
  }

  private static void read(BufferedReader output, Consumer<String> lines) {
    try {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.accept(line);
      }
    } catch (IOException | UncheckedIOException e) {
      // It ended; whoever waits for it sees that.
    }
  }

  /** Lets it pass {@link Stage#begin()} or {@link Stage#end()}. */
  void go() throws IOException {
    process.outputWriter().write("go\n");
    process.outputWriter().flush();
  }

  /** As {@code kill -9} does. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /**
   * Waits for its end.
   *
   * @throws IllegalStateException when it failed
   */
  void await() throws InterruptedException {
    int code = process.waitFor();
    if (code != 0) {
      throw new IllegalStateException("Another process of the run ended with " + code + ".");
    }
  }
}
