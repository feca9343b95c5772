package io.iworx.server;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "up",
    header = "Runs the platform: database, gateway, console and the example services.",
    description =
        "Prints 'ready' as its last line when everything runs; Ctrl-C or SIGTERM ends it cleanly.",
    footer = {
      "",
      "Examples:",
      "  With everything:            ./iworx up",
      "  Elsewhere:                  ./iworx up --data /var/lib/iworx --port 9080 --console-port 9081",
      "  On your own PostgreSQL:     ./iworx up --database jdbc:postgresql://localhost:5432/iworx?user=iworx",
      "  In front of your services:  ./iworx up --config iworx.yaml",
      "  With the secret of an existing platform:  IWORX_JWT_SECRET=… ./iworx up",
      "  See every call and event:   ./iworx up --log debug",
      "  Watched by Prometheus:      ./iworx up --metrics",
      "  Watched by OpenTelemetry:   ./iworx up --otlp http://localhost:4318"
    })
final class UpCommand implements Callable<Integer> {
  @Mixin InstanceFolder data = new InstanceFolder();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "The gateway's port, 0 for a free one (default: 8080, or the configuration's).")
  @Nullable Integer port;

  @Option(
      names = "--console-port",
      paramLabel = "PORT",
      defaultValue = "" + PlatformOptions.DEFAULT_CONSOLE_PORT,
      description = "The console's port, 0 for a free one (default: ${DEFAULT-VALUE}).")
  int consolePort = PlatformOptions.DEFAULT_CONSOLE_PORT;

  @Option(
      names = "--database",
      paramLabel = "URL",
      description =
          "A PostgreSQL database, jdbc:postgresql://… or postgresql://… (default: an embedded one in the data folder).")
  @Nullable String database;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The gateway's routes and settings (default: the platform's routes).")
  @Nullable Path config;

  @Option(
      names = "--examples",
      description = "Run the example services too although --config is given.")
  boolean examples;

  @Mixin TelemetryFlags telemetry = new TelemetryFlags();

  @Option(
      names = "--metrics",
      description =
          "Let metrics be read at /metrics of the console's port, by whoever is on this machine (default: as the configuration says, else not).")
  boolean metrics;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    var parts = new Parts();
    Runtime.getRuntime().addShutdownHook(new Thread(parts::close, "stop"));
    var options =
        PlatformOptions.of(data.path)
            .withPorts(checked("--port", port), consolePort)
            .withDatabase(database)
            .withConfig(config)
            .withExamples(examples || config == null)
            .withTelemetry(telemetry.over(TelemetryOptions.OFF).withMetrics(metrics));
    checked("--console-port", consolePort);
    var platform = PlatformStart.run(options, parts, step -> Terminal.say(spec, step + " …"));
    Banner.lines(platform, options).forEach(line -> Terminal.print(spec, line));
    Terminal.print(spec, "ready");
    new CountDownLatch(1).await();
    return 0;
  }

  /** The port, or a sentence that says why it is none. */
  static @Nullable Integer checked(String option, @Nullable Integer port) {
    if (port != null && (port < 0 || port > 65_535)) {
      throw CommandException.unusable(
          option + " must be a port from 0 to 65535, not " + port + ".");
    }
    return port;
  }
}
