package io.iworx.postgres;

import io.iworx.postgres.embedded.EmbeddedPostgres;
import io.iworx.postgres.embedded.EmbeddedPostgresOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One real server for all tests of a JVM: the version that comes along, or the oldest we serve. */
enum TestServer {
  BUNDLED(null),
  POSTGRES_15(Path.of("/usr/lib/postgresql/15"));

  private final @org.jspecify.annotations.Nullable Path binaries;

  TestServer(@org.jspecify.annotations.Nullable Path binaries) {
    this.binaries = binaries;
  }

  /** The running server; it ends with the last test. */
  EmbeddedPostgres in(ExtensionContext context) {
    Assumptions.assumeTrue(
        binaries == null || Files.isExecutable(binaries.resolve("bin/postgres")),
        () -> "no PostgreSQL in " + binaries);
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(TestServer.class))
        .computeIfAbsent(this, _ -> new Running(this), Running.class)
        .server;
  }

  private static final class Running implements AutoCloseable {
    private final Path folder;
    private final EmbeddedPostgres server;

    private Running(TestServer which) {
      try {
        folder = Files.createTempDirectory("iworx-test-postgres");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      EmbeddedPostgresOptions options =
          EmbeddedPostgresOptions.defaults()
              .withSettings(Map.of("max_prepared_transactions", "20"));
      server =
          EmbeddedPostgres.start(
              folder, which.binaries == null ? options : options.withBinaries(which.binaries));
    }

    @Override
    public void close() throws IOException {
      server.close();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
