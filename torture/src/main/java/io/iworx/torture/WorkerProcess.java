package io.iworx.torture;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A worker as the harness sees it. It ends with the harness, however that ends. */
final class WorkerProcess implements AutoCloseable {
  private static final List<String> SMALL_AND_QUICK =
      List.of(
          "-Xmx128m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Xshare:auto",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private final String name;
  private final Process process;
  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
  private boolean ready;
  private volatile boolean meantToEnd;

  private WorkerProcess(String name, Process process) {
    this.name = name;
    this.process = process;
  }

  static WorkerProcess start(WorkerSettings settings, String password) throws IOException {
    return start(settings.name(), settings.folder(), WorkerMain.class, settings.words(), password);
  }

  static WorkerProcess start(
      String name, Path folder, Class<?> main, List<String> arguments, String password)
      throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(SMALL_AND_QUICK);
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    words.addAll(arguments);
    File log = folder.resolve(name + ".log").toFile();
    var builder = new ProcessBuilder(words).redirectError(log);
    builder.environment().put(WorkerSettings.PASSWORD, password);
    var worker = new WorkerProcess(name, builder.start());
    // A thread of the platform: reading a pipe would hold the carrier of a virtual one.
    Thread.ofPlatform().daemon().name(name).start(worker::hear);
    return worker;
  }

  private void hear() {
    try (var lines = process.inputReader()) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        said.add(line);
      }
    } catch (IOException | UncheckedIOException e) {
      // It ended; whoever waits for it sees that.
    }
  }

  String name() {
    return name;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  boolean isMeantToEnd() {
    return meantToEnd;
  }

  /** Waits until it works; false when it does not in time, or has ended. */
  boolean isReady(Duration atMost) throws InterruptedException {
    ready = ready || hears(Orders.READY, atMost);
    return ready;
  }

  /** Whether it ended though nobody made it. */
  boolean endedByItself() {
    return !process.isAlive() && !meantToEnd;
  }

  /** Waits until it says so; false when it has not in time, or has ended. */
  private boolean hears(String line, Duration atMost) throws InterruptedException {
    var deadline = System.nanoTime() + atMost.toNanos();
    while (System.nanoTime() < deadline && process.isAlive()) {
      var next = said.poll(50, TimeUnit.MILLISECONDS);
      if (line.equals(next)) {
        return true;
      }
    }
    return false;
  }

  /** What it has said since; null when it has said nothing. */
  @Nullable String nextLine() {
    var line = said.poll();
    ready = ready || Orders.READY.equals(line);
    return line;
  }

  void order(String order) {
    try {
      var in = process.outputWriter();
      in.write(order + "\n");
      in.flush();
    } catch (IOException e) {
      // It ended; whoever waits for it sees that.
    }
  }

  /** Makes it wait where a crash hurts most; false when it did not come there in time. */
  boolean hold(Duration atMost) throws InterruptedException {
    said.clear();
    order(Orders.HOLD);
    if (hears(Orders.HELD, atMost)) {
      return true;
    }
    order(Orders.GO);
    return false;
  }

  /** As {@code kill -9} does. */
  void kill() throws InterruptedException {
    meantToEnd = true;
    process.destroyForcibly().waitFor();
  }

  /** As {@code kill -STOP} does, until the answer is closed. */
  Pause pause() throws IOException {
    return Pause.of(process.pid());
  }

  /** Tells it to finish; returns at once. */
  void stop() {
    meantToEnd = true;
    order(Orders.STOP);
  }

  /** Waits for its end. */
  void awaitEnd(Duration atMost) throws InterruptedException {
    if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      kill();
    }
  }

  @Override
  public void close() {
    meantToEnd = true;
    process.destroyForcibly();
  }
}
