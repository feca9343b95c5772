package io.iworx.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The processor time of whole process trees, from {@code /proc/PID/stat}: user and system time of
 * the living processes and of the ended children they have waited for. A backend of PostgreSQL that
 * ended in between is therefore counted with its postmaster.
 */
final class ProcessTimes {
  /** What the kernel counts these times in, on every architecture of Linux. */
  static final int TICKS_PER_SECOND = 100;

  private static final int PARENT = 1;
  private static final int FIRST_TIME = 11;
  private static final int TIMES = 4;

  private final Path proc;

  /** The times under a folder that is {@code /proc} except in tests. */
  ProcessTimes(Path proc) {
    this.proc = proc;
  }

  /**
   * Of a process.
   *
   * @param parent the process that started it
   * @param ticks its time, and that of the children it has waited for
   */
  record Stat(long parent, long ticks) {

    /** Reads a line of the file; the name in brackets may hold blanks and brackets itself. */
    static Stat parse(String line) {
      String[] fields = line.substring(line.lastIndexOf(')') + 2).strip().split(" ", -1);
      long ticks = 0;
      for (int i = FIRST_TIME; i < FIRST_TIME + TIMES; i++) {
        ticks += Long.parseLong(fields[i]);
      }
      return new Stat(Long.parseLong(fields[PARENT]), ticks);
    }
  }

  /** The ticks of the processes and all below them; empty where there is no such file system. */
  OptionalLong ticksOf(Collection<Long> roots) throws IOException {
    if (!Files.isReadable(proc.resolve("stat"))) {
      return OptionalLong.empty();
    }
    Map<Long, Stat> all = all();
    Set<Long> known = new HashSet<>(roots);
    // Children may have lower numbers than their parents: until nothing is added any more.
    boolean grown = true;
    while (grown) {
      grown = false;
      for (Map.Entry<Long, Stat> process : all.entrySet()) {
        if (known.contains(process.getValue().parent())) {
          grown |= known.add(process.getKey());
        }
      }
    }
    return OptionalLong.of(
        known.stream().map(all::get).filter(it -> it != null).mapToLong(Stat::ticks).sum());
  }

  private Map<Long, Stat> all() throws IOException {
    Map<Long, Stat> all = new HashMap<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : processes) {
        try {
          String line = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
          all.put(Long.parseLong(process.getFileName().toString()), Stat.parse(line));
        } catch (IOException e) {
          // It ended while we looked; its parent has its time.
        }
      }
    }
    return all;
  }
}
