package io.iworx.benchmarks;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where sides run, one after the other: a temporary folder, the servers of their databases, and the
 * one process at work. Closing ends all of it, also in the middle of a run.
 */
final class Bench implements AutoCloseable {
  private static final String PASSWORD = "BENCHMARK_DATABASE_PASSWORD";

  private final Path folder;
  private final Duration patience;
  private final Map<Side.Store, Databases> servers = new EnumMap<>(Side.Store.class);
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Trial current;
  private boolean closed;

  private Bench(Path folder, Duration patience) {
    this.folder = folder;
    this.patience = patience;
  }

  /**
   * A bench with nothing on it.
   *
   * @param patience after what time a run counts as failed
   */
  static Bench open(Duration patience) throws IOException {
    return new Bench(Files.createTempDirectory("iworx-benchmark"), patience);
  }

  Path folder() {
    return folder;
  }

  /** Runs a side once. */
  Measurement run(Side side, Map<String, String> options)
      throws IOException, SQLException, TrialException, InterruptedException {
    Map<String, String> all = new TreeMap<>(options);
    all.put("folder", Files.createTempDirectory(folder, "run").toString());
    if (side.store() == Side.Store.NONE) {
      return run(side, all, Map.of(), List.of());
    }
    Databases databases = databases(side.store());
    String database = databases.create();
    try {
      all.put("url", databases.jdbcUrl(database));
      all.put("user", databases.user());
      all.put("port", Integer.toString(databases.port()));
      all.put("database", database);
      all.put("beside", databases.jdbcUrl("iworx"));
      return run(
          side, all, Map.of(PASSWORD, databases.password()), List.of(databases.postmaster()));
    } finally {
      databases.drop(database);
    }
  }

  private Measurement run(
      Side side, Map<String, String> options, Map<String, String> environment, List<Long> servers)
      throws IOException, TrialException, InterruptedException {
    Path log = folder.resolve("log");
    Files.deleteIfExists(log);
    try (Trial trial =
        enter(Trial.start(side.name(), command(side, options), environment, log, servers))) {
      return trial.await(patience);
    } finally {
      leave();
    }
  }

  private Trial enter(Trial trial) {
    lock.lock();
    try {
      if (closed) {
        trial.close();
      }
      current = trial;
      return trial;
    } finally {
      lock.unlock();
    }
  }

  private void leave() {
    lock.lock();
    try {
      current = null;
    } finally {
      lock.unlock();
    }
  }

  private static List<String> command(Side side, Map<String, String> options) {
    List<String> words = new ArrayList<>();
    if (side.isNode()) {
      words.add(NodePeers.node().toString());
      words.add(NodePeers.script(side.contender()).toString());
    } else {
      words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      words.addAll(List.of("-Xmx2g", "--enable-native-access=ALL-UNNAMED"));
      words.add("--sun-misc-unsafe-memory-access=allow");
      words.addAll(side.jvm());
      words.addAll(List.of("-cp", System.getProperty("java.class.path")));
      words.add(Contenders.class.getName());
      words.add(side.contender());
    }
    options.forEach((name, value) -> words.add(name + "=" + value));
    return words;
  }

  private Databases databases(Side.Store store) throws SQLException {
    lock.lock();
    try {
      Databases running = servers.get(store);
      if (running == null) {
        Path place = folder.resolve(store.name().toLowerCase(java.util.Locale.ROOT));
        running =
            Databases.start(place, store == Side.Store.COUNTING ? Databases.COUNTING : Map.of());
        servers.put(store, running);
      }
      return running;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      if (current != null) {
        current.close();
      }
      servers.values().forEach(Databases::close);
      delete();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.unlock();
    }
  }

  private void delete() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    }
  }
}
