package io.iworx.examples;

import io.iworx.server.CommandException;
import io.iworx.server.Standalone;
import io.iworx.server.StandaloneOptions;
import io.iworx.server.spi.HostedService;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs one example service in a process of its own. */
@Command(
    name = "example",
    header = "Runs one example service alone, in a process of its own.",
    description =
        "It listens on 127.0.0.1, keeps its rows in the database and calls others through the gateway, which needs a route to it. Prints 'ready' as its last line; Ctrl-C or SIGTERM ends it cleanly.",
    footer = {
      "",
      "Examples:",
      "  Beside a running platform:  ./iworx example inventory --gateway http://localhost:8080 --database \"$DATABASE_URL\"",
      "  On a port of its own:       ./iworx example assets --gateway http://localhost:8080 --database \"$DATABASE_URL\" --port 9001",
      "  With a token you made:      ./iworx example people --gateway URL --database URL --token \"$TOKEN\"",
      "",
      "Services: work-orders, assets, inventory, people, safety"
    })
final class ExampleCommand implements Callable<Integer> {
  private final List<HostedService> services;

  @Parameters(
      paramLabel = "NAME",
      description = "work-orders, assets, inventory, people or safety.")
  String name = "";

  @Option(
      names = "--gateway",
      paramLabel = "URL",
      required = true,
      description = "Where the gateway listens.")
  @Nullable URI gateway;

  @Option(
      names = "--database",
      paramLabel = "URL",
      required = true,
      description = "A PostgreSQL database, jdbc:postgresql://… or postgresql://….")
  String database = "";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "The port to listen on, 0 for a free one (default: ${DEFAULT-VALUE}).")
  int port;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = ".iworx",
      description = "The data folder whose secret signs its token (default: ${DEFAULT-VALUE}).")
  Path folder = Path.of(".iworx");

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = "The service's token, instead of one signed with the folder's secret.")
  @Nullable String token;

  @Spec @Nullable CommandSpec spec;

  ExampleCommand(List<HostedService> services) {
    this.services = services;
  }

  @Override
  public Integer call() throws InterruptedException {
    var service = chosen();
    var options =
        new StandaloneOptions(Objects.requireNonNull(gateway), database, port, folder, token);
    var running = Standalone.start(service, options, step -> say(step + " …"));
    Runtime.getRuntime().addShutdownHook(new Thread(running::close, "stop"));
    say(service.name() + " listens on " + running.address());
    say("ready");
    new CountDownLatch(1).await();
    return 0;
  }

  /** By its route or by its name: {@code inventory} or {@code inventory-service}. */
  private HostedService chosen() {
    return services.stream()
        .filter(service -> service.routes().contains(name) || service.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                CommandException.unusable(
                    "There is no example service named %s; there are %s."
                        .formatted(
                            name,
                            services.stream()
                                .flatMap(service -> service.routes().stream())
                                .collect(Collectors.joining(", ")))));
  }

  private void say(String line) {
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
