package io.iworx.benchmarks.gateway;

import io.iworx.benchmarks.load.Stage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A process below the loader, which it does not outlive. */
final class Child implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;
  private static final int CONNECT_MILLIS = 500;
  private static final String VALUE = "value ";

  private final String name;
  private final Process process;
  private final Path log;
  private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private Child(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /** Starts a command that serves until it is ended. */
  static Child start(String name, List<String> command, Path folder) throws IOException {
    Path log = folder.resolve(name + ".log");
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    Child child = new Child(name, process, log);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(child::close));
    BufferedReader output = process.inputReader();
    // A thread of the platform: reading a pipe would hold the carrier of a virtual one.
    Thread.ofPlatform().daemon().start(() -> child.read(output));
    return child;
  }

  /** Starts a contender of this package in a JVM of its own, with this one's options. */
  static Child contender(Stage stage, String contender, List<String> jvm, List<String> options)
      throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xshare:auto"));
    words.add("--sun-misc-unsafe-memory-access=allow");
    words.addAll(jvm);
    words.addAll(List.of("-cp", System.getProperty("java.class.path")));
    words.addAll(List.of(GatewayContenders.class.getName(), contender));
    stage.options().forEach((option, value) -> words.add(option + "=" + value));
    words.addAll(options);
    return start(contender, words, Path.of(stage.option("folder")));
  }

  private void read(BufferedReader output) {
    try {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line);
      }
    } catch (IOException | UncheckedIOException e) {
      // It ended; whoever waits for it sees that.
    }
  }

  /** Waits until it has reported a figure. */
  double value(String wanted) throws InterruptedException {
    String prefix = VALUE + wanted + " ";
    while (true) {
      String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (line == null) {
        throw new IllegalStateException(name + " did not say " + wanted + "; it said: " + said());
      }
      if (line.startsWith(prefix)) {
        return Double.parseDouble(line.substring(prefix.length()));
      }
    }
  }

  int port() throws InterruptedException {
    return (int) value("port");
  }

  /** Asks a contender that answers with a figure of that name. */
  double ask(String question) throws IOException, InterruptedException {
    process.outputWriter().write(question + "\n");
    process.outputWriter().flush();
    return value(question);
  }

  /** Returns when it accepts connections. */
  void awaitPort(int port) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!accepts(port)) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new IllegalStateException(name + " does not answer; it said: " + said());
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** A port on 127.0.0.1 that was free a moment ago. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  long pid() {
    return process.pid();
  }

  /** The last lines of its log. */
  private @Nullable String said() {
    try {
      List<String> all = Files.readAllLines(log);
      return String.join(" | ", all.subList(Math.max(0, all.size() - 5), all.size()));
    } catch (IOException e) {
      return null;
    }
  }

  /** Ends it and what it started; its data is thrown away, so it need not tidy up. */
  @Override
  public void close() {
    List<ProcessHandle> family = process.descendants().toList();
    process.destroyForcibly();
    family.forEach(ProcessHandle::destroyForcibly);
  }
}
