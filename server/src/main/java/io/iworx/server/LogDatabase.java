package io.iworx.server;

import io.iworx.eventbus.EventException;
import io.iworx.postgres.ConnectionPool;
import io.iworx.postgres.LogPartitions;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The log that a command works on: an instance's, or that of a database named by hand. */
final class LogDatabase {
  private static final int CONNECTIONS = 2;

  @Mixin InstanceFolder data = new InstanceFolder();

  @Option(
      names = "--database",
      paramLabel = "URL",
      description = "The database itself, when no instance runs or its password is not known.")
  @Nullable String url;

  /** Does something with its partitions, and says in one sentence why that was not possible. */
  <T> T with(Function<LogPartitions, T> work) {
    var address = DatabaseAddress.parse(url == null ? Instance.require(data.path).database() : url);
    try (var pool =
        ConnectionPool.open(address.jdbcUrl(), address.user(), address.password(), CONNECTIONS)) {
      return work.apply(LogPartitions.of(pool));
    } catch (EventException e) {
      throw CommandException.failed(Objects.requireNonNullElse(e.getMessage(), e.toString()));
    }
  }
}
