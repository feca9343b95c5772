package io.iworx.benchmarks.peers;

import io.iworx.benchmarks.load.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A RabbitMQ node with its data in a temporary folder, and the port mapper that Erlang wants. */
final class RabbitMqNode {
  private RabbitMqNode() {}

  /** Starts it and returns its port. */
  static int start(Stage stage) throws IOException, InterruptedException {
    Path folder = Path.of(stage.option("folder"));
    int mapper = Broker.freePort();
    int port = Broker.freePort();
    int distribution = Broker.freePort();
    Path settings = folder.resolve("rabbitmq.conf");
    Files.writeString(
        settings, "listeners.tcp.1 = 127.0.0.1:%d\nloopback_users = none\n".formatted(port));
    Path plugins = Files.writeString(folder.resolve("enabled_plugins"), "[].\n");
    Map<String, String> environment =
        Map.ofEntries(
            Map.entry("HOME", folder.toString()),
            Map.entry("ERL_EPMD_PORT", Integer.toString(mapper)),
            Map.entry("ERL_EPMD_ADDRESS", "127.0.0.1"),
            Map.entry("RABBITMQ_NODENAME", "benchmark" + port + "@localhost"),
            Map.entry("RABBITMQ_NODE_PORT", Integer.toString(port)),
            Map.entry("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"),
            Map.entry("RABBITMQ_DIST_PORT", Integer.toString(distribution)),
            Map.entry("RABBITMQ_CONFIG_FILE", settings.toString()),
            Map.entry("RABBITMQ_ENABLED_PLUGINS_FILE", plugins.toString()),
            Map.entry("RABBITMQ_MNESIA_BASE", folder.resolve("mnesia").toString()),
            Map.entry("RABBITMQ_LOG_BASE", folder.resolve("log").toString()),
            Map.entry("RABBITMQ_CONF_ENV_FILE", folder.resolve("none").toString()));
    // In the foreground: a mapper that the node starts itself would outlive it.
    Broker.start(List.of("epmd"), environment, folder.resolve("epmd.log")).awaitPort(mapper);
    Broker node =
        Broker.start(List.of(stage.option("server")), environment, folder.resolve("node.log"));
    node.awaitPort(port);
    return port;
  }
}
