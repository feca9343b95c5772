package io.iworx.postgres.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The server process as its own file {@code postmaster.pid} tells of it.
 *
 * @param pid its process
 * @param startedAt when it began, in the server's words
 * @param ready whether it accepts connections
 */
record Postmaster(long pid, String startedAt, boolean ready) {
  private static final int START_LINE = 2;
  private static final int STATUS_LINE = 7;
  private static final Duration FAST = Duration.ofSeconds(20);
  private static final Duration IMMEDIATE = Duration.ofSeconds(10);

  static Optional<Postmaster> of(Path cluster) throws IOException {
    try {
      List<String> lines = Files.readAllLines(file(cluster), StandardCharsets.ISO_8859_1);
      if (lines.size() <= START_LINE) {
        return Optional.empty();
      }
      boolean ready = lines.size() > STATUS_LINE && lines.get(STATUS_LINE).strip().equals("ready");
      long pid = Long.parseLong(lines.getFirst().strip());
      return Optional.of(new Postmaster(pid, lines.get(START_LINE), ready));
    } catch (NoSuchFileException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  boolean isSameRunAs(Postmaster other) {
    return pid == other.pid && startedAt.equals(other.startedAt);
  }

  /**
   * Ends a server that outlived the process that started it, so that the data can be used again. A
   * file that names a process which is something else by now is removed; one that names no process
   * is left to PostgreSQL, which looks deeper.
   */
  static void endLeftover(Path cluster) throws IOException, InterruptedException {
    Optional<Postmaster> leftover = of(cluster);
    if (leftover.isEmpty() || !isAlive(leftover.get().pid)) {
      return;
    }
    long pid = leftover.get().pid;
    if (!isPostgres(pid, cluster)) {
      Files.deleteIfExists(file(cluster));
      return;
    }
    if (!stopped(cluster, pid, "-INT", FAST) && !stopped(cluster, pid, "-QUIT", IMMEDIATE)) {
      throw new EmbeddedPostgresException(
          "PostgreSQL with process id "
              + pid
              + " still runs on "
              + cluster
              + " and does not stop: end it by hand and start again.");
    }
  }

  private static boolean stopped(Path cluster, long pid, String signal, Duration atMost)
      throws IOException, InterruptedException {
    Command.run(List.of("kill", signal, Long.toString(pid)));
    long deadline = System.nanoTime() + atMost.toNanos();
    while (Files.exists(file(cluster)) && isAlive(pid)) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      Thread.sleep(20);
    }
    return true;
  }

  private static boolean isAlive(long pid) throws IOException {
    if (!ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
      return false;
    }
    Path stat = Path.of("/proc", Long.toString(pid), "stat");
    if (!Files.exists(stat)) {
      return true;
    }
    try {
      // The state follows the name in brackets; an ended process nobody has waited for is a zombie.
      String line = Files.readString(stat, StandardCharsets.ISO_8859_1);
      return line.charAt(line.lastIndexOf(')') + 2) != 'Z';
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static boolean isPostgres(long pid, Path cluster) throws IOException {
    Path commandLine = Path.of("/proc", Long.toString(pid), "cmdline");
    if (Files.exists(commandLine)) {
      String words = Files.readString(commandLine, StandardCharsets.UTF_8);
      return words.contains("postgres") && words.contains(cluster.toString());
    }
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().command())
        .map(command -> command.endsWith("postgres"))
        .orElse(false);
  }

  private static Path file(Path cluster) {
    return cluster.resolve("postmaster.pid");
  }
}
