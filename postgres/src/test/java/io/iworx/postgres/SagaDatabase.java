package io.iworx.postgres;

import io.iworx.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A migrated database that all tests of sagas share: each test uses definitions of its own. It ends
 * with the last test of the JVM.
 */
final class SagaDatabase implements BeforeAllCallback {
  private static final int CONNECTIONS = 20;
  private @Nullable Running running;

  @Override
  public void beforeAll(ExtensionContext context) {
    running =
        context
            .getRoot()
            .getStore(ExtensionContext.Namespace.create(SagaDatabase.class))
            .computeIfAbsent(Running.class, _ -> new Running(), Running.class);
  }

  ConnectionPool pool() {
    return running().pool;
  }

  EmbeddedPostgres server() {
    return running().server;
  }

  private Running running() {
    return Objects.requireNonNull(running, "registered as an extension");
  }

  private static final class Running implements AutoCloseable {
    private final Path folder;
    private final EmbeddedPostgres server;
    private final ConnectionPool pool;

    Running() {
      try {
        folder = Files.createTempDirectory("iworx-test-sagas");
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      server = EmbeddedPostgres.start(folder);
      pool = ConnectionPool.open(server.jdbcUrl(), server.user(), server.password(), CONNECTIONS);
      Migrations.migrate(pool);
    }

    @Override
    public void close() throws IOException {
      pool.close();
      server.close();
      try (var files = Files.walk(folder)) {
        for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
