package io.iworx.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** One process from its start to its end, and what it reported. */
final class Trial implements AutoCloseable {
  private static final Path PROC = Path.of("/proc");
  private static final int LAST_LINES = 6;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String name;
  private final Process process;
  private final Path log;
  private final List<Long> roots = new ArrayList<>();
  private final ProcessTimes times = new ProcessTimes(PROC);
  private final Map<String, Double> values = new HashMap<>();

  private Trial(String name, Process process, Path log, Collection<Long> others) {
    this.name = name;
    this.process = process;
    this.log = log;
    roots.add(process.pid());
    roots.addAll(others);
  }

  /**
   * Starts it.
   *
   * @param others processes that work for it, with all below them: the server of its database
   */
  static Trial start(
      String name,
      List<String> command,
      Map<String, String> environment,
      Path log,
      Collection<Long> others)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
    builder.environment().putAll(environment);
    return new Trial(name, builder.start(), log, others);
  }

  /** Answers its questions until it has ended. */
  Measurement await(Duration atMost) throws IOException, TrialException, InterruptedException {
    Thread.ofPlatform().daemon().start(() -> endAfter(atMost));
    Used used = new Used(0, 0);
    Long client = process.pid();
    boolean read = true;
    BufferedReader output = process.inputReader();
    Writer answers = process.outputWriter();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      String[] words = line.split(" ", -1);
      switch (words[0]) {
        case "watch" -> {
          roots.remove(client);
          client = Long.parseLong(words[1]);
          roots.add(client);
        }
        case "begin", "end" -> {
          OptionalLong all = times.ticksOf(roots);
          read &= all.isPresent();
          Used now = new Used(all.orElse(0), times.ticksOf(List.of(client)).orElse(0));
          used = words[0].equals("end") ? now.since(used) : now;
          answers.write("go\n");
          answers.flush();
        }
        case "value" -> values.put(words[1], Double.parseDouble(words[2]));
        default -> {
          // Something a library printed.
        }
      }
    }
    int code = process.waitFor();
    if (code != 0) {
      throw new TrialException(name + " ended with " + code + ": " + lastLines());
    }
    return new Measurement(
        values,
        read ? seconds(used.all()) : Double.NaN,
        read ? seconds(used.client()) : Double.NaN);
  }

  /** Processor time, in ticks: of all processes, and of those that are not the database's. */
  private record Used(long all, long client) {
    Used since(Used before) {
      return new Used(all - before.all, client - before.client);
    }
  }

  private static double seconds(long ticks) {
    return (double) ticks / ProcessTimes.TICKS_PER_SECOND;
  }

  private void endAfter(Duration atMost) {
    try {
      if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        Files.writeString(
            log,
            "It had not ended after " + atMost.toSeconds() + " s.\n",
            java.nio.file.StandardOpenOption.APPEND);
        close();
      }
    } catch (InterruptedException | IOException e) {
      close();
    }
  }

  private String lastLines() throws IOException {
    List<String> lines =
        Files.readAllLines(log, java.nio.charset.StandardCharsets.ISO_8859_1).stream()
            .filter(line -> !line.startsWith("\tat ") && !line.isBlank())
            .toList();
    return String.join(" | ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
  }

  /** Ends the process and what it started, by their ids. */
  @Override
  public void close() {
    List<ProcessHandle> family = new ArrayList<>(process.descendants().toList());
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    family.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
  }
}
