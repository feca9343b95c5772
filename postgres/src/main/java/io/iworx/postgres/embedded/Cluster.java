package io.iworx.postgres.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** PostgreSQL's own folder: making it, and the command that serves it. */
final class Cluster {
  static final String USER = "iworx";
  private static final int BUILTIN_LOCALE_SINCE = 17;

  private final DataFolder folder;
  private final Path binaries;
  private final RunAs runAs;

  Cluster(DataFolder folder, Path binaries, RunAs runAs) {
    this.folder = folder;
    this.binaries = binaries;
    this.runAs = runAs;
  }

  boolean exists() {
    return Files.exists(folder.cluster());
  }

  /** Makes the cluster beside its place and renames it: what is there is always whole. */
  void create() throws IOException {
    Path part = folder.root().resolve("cluster.part");
    Command.deleteFolder(part);
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--pgdata=" + part, "--username=" + USER, "--encoding=UTF8"));
    arguments.addAll(List.of("--auth=scram-sha-256", "--pwfile=" + folder.passwordFile()));
    arguments.addAll(List.of("--locale=C", "--no-instructions"));
    if (version() >= BUILTIN_LOCALE_SINCE) {
      arguments.addAll(List.of("--locale-provider=builtin", "--builtin-locale=C.UTF-8"));
    }
    Command initdb = Command.run(runAs.command(program("initdb"), arguments));
    if (!initdb.succeeded()) {
      throw new EmbeddedPostgresException(
          "PostgreSQL could not prepare " + folder.root() + ": " + initdb.output());
    }
    Files.move(part, folder.cluster(), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Refuses data that another major version wrote; PostgreSQL would too, less plainly. */
  void requireVersion() throws IOException {
    String written = Files.readString(folder.cluster().resolve("PG_VERSION")).strip();
    if (!written.equals(Integer.toString(version()))) {
      throw new EmbeddedPostgresException(
          "The data in "
              + folder.root()
              + " was written by PostgreSQL "
              + written
              + ", and this is PostgreSQL "
              + version()
              + ": move it with pg_dump of the old one, or start with another folder (--data).");
    }
  }

  List<String> serve(int port, Map<String, String> chosen) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("listen_addresses", "127.0.0.1");
    settings.put("unix_socket_directories", "");
    settings.put("max_connections", "200");
    settings.put("log_timezone", "UTC");
    settings.put("timezone", "UTC");
    settings.put("fsync", "on");
    settings.put("synchronous_commit", "on");
    settings.put("full_page_writes", "on");
    settings.putAll(chosen);
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("-D", folder.cluster().toString(), "-p", Integer.toString(port)));
    settings.forEach((name, value) -> arguments.addAll(List.of("-c", name + "=" + value)));
    return runAs.command(program("postgres"), arguments);
  }

  private int version() {
    // postgres (PostgreSQL) 18.6 (vendor)
    Command command = Command.run(List.of(program("postgres").toString(), "--version"));
    String[] words = command.output().split(" ", -1);
    if (!command.succeeded() || words.length < 3) {
      throw new EmbeddedPostgresException(
          "PostgreSQL in " + binaries + " does not run here: " + command.output());
    }
    return Integer.parseInt(words[2].replaceAll("\\D.*", ""));
  }

  private Path program(String name) {
    return binaries.resolve("bin").resolve(name);
  }
}
