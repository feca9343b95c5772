package io.iworx.server;

import io.iworx.gateway.ConfigWatch;
import io.iworx.gateway.Gateway;
import io.iworx.gateway.GatewayConfig;
import io.iworx.gateway.GatewayException;
import io.iworx.gateway.GatewayParts;
import io.iworx.trace.TraceRecorder;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "gateway",
    header = "Runs the gateway alone, without console or services.",
    description =
        "Tokens are verified as the configuration's 'auth' says, or with IWORX_JWT_SECRET where"
            + " that is set. A changed file is followed without a restart, also at SIGHUP. Prints"
            + " 'ready' as its last line.",
    footer = {
      "",
      "Examples:",
      "  From a file:         ./iworx gateway --config iworx.yaml",
      "  One of several:      ./iworx gateway --config iworx.yaml --database"
          + " postgresql://iworx@db/iworx",
      "  On another port:     ./iworx gateway --config iworx.yaml --port 9080",
      "  With a log of calls: ./iworx gateway --config iworx.yaml --log debug"
    })
final class GatewayCommand implements Callable<Integer> {
  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The gateway's routes and settings.")
  Path config = Path.of("iworx.yaml");

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "The port, 0 for a free one (default: the configuration's).")
  @Nullable Integer port;

  @Option(
      names = "--database",
      paramLabel = "URL",
      description =
          "A PostgreSQL database for what gateways keep together, such as shared rate limits"
              + " (default: none).")
  @Nullable String database;

  @Mixin TelemetryFlags telemetry = new TelemetryFlags();

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      description =
          "Let metrics be read at /metrics of this port of 127.0.0.1, 0 for a free one (default:"
              + " not).")
  @Nullable Integer metricsPort;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    var parts = new Parts();
    Runtime.getRuntime().addShutdownHook(new Thread(parts::close, "stop"));
    var settings = settings();
    AccessLogConfig.start(config);
    try {
      var told = parts.add("The telemetry", Telemetry.start(telemetryOptions(), System.getenv()));
      var gateway =
          parts.add(
              "The gateway",
              Gateway.start(settings, with(parts).withOpenTelemetry(told.openTelemetry())));
      var watch =
          parts.add(
              "The watch of the configuration", ConfigWatch.start(gateway, config, this::settings));
      Hangup.run(watch::reloadOrLog);
      Terminal.print(
          spec,
          "gateway on %s with %d routes".formatted(gateway.address(), gateway.routes().size()));
      var metrics = told.metrics();
      if (metrics != null) {
        var page = parts.add("The metrics page", MetricsPage.start(metricsPort(), metrics));
        Terminal.print(spec, "metrics on " + page.address());
      }
    } catch (GatewayException e) {
      throw CommandException.unusable(Objects.requireNonNullElse(e.getMessage(), ""), e);
    }
    Terminal.print(spec, "ready");
    new CountDownLatch(1).await();
    return 0;
  }

  private GatewayParts with(Parts parts) {
    if (database == null) {
      return GatewayParts.of(TraceRecorder.none());
    }
    var opened =
        Database.open(database, Path.of(""), parts, step -> Terminal.say(spec, step + " …"));
    return GatewayStores.in(opened.pool(), TraceRecorder.none());
  }

  private TelemetryOptions telemetryOptions() {
    return telemetry
        .over(TelemetryConfig.read(config))
        .withMetrics(UpCommand.checked("--metrics-port", metricsPort) != null);
  }

  private int metricsPort() {
    return Ports.free(
        Objects.requireNonNullElse(metricsPort, 0), "page of metrics", "--metrics-port");
  }

  private GatewayConfig settings() {
    var settings = PlatformConfig.read(config);
    var secret = System.getenv(Secret.VARIABLE);
    if (secret != null && !secret.isBlank()) {
      settings = settings.withAuth(settings.auth().withHs256Secret(secret.strip()));
    }
    var chosen = UpCommand.checked("--port", port);
    return chosen == null ? settings : settings.withPort(chosen);
  }
}
