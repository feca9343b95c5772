package io.iworx.server;

import io.iworx.console.Console;
import io.iworx.console.ConsoleException;
import io.iworx.console.ConsoleSources;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventBusOptions;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.gateway.ConfigWatch;
import io.iworx.gateway.Gateway;
import io.iworx.gateway.GatewayConfig;
import io.iworx.gateway.GatewayException;
import io.iworx.gateway.GatewayParts;
import io.iworx.postgres.LogRetention;
import io.iworx.postgres.PostgresEventLog;
import io.iworx.postgres.PostgresSagaStore;
import io.iworx.postgres.PostgresTraceStore;
import io.iworx.postgres.SagaRetention;
import io.iworx.server.spi.Host;
import io.iworx.trace.TraceRecorder;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the parts of a platform, each when those it needs are there. */
final class PlatformStart {
  private static final Logger LOG = LoggerFactory.getLogger(PlatformStart.class);
  private static final String CONSOLE_SERVICE = "iworx-console";
  private static final int ADMIN_TOKEN_BYTES = 32;

  private final PlatformOptions options;
  private final Parts parts;
  private final Consumer<String> progress;
  private final Clock clock = Clock.systemUTC();

  private PlatformStart(PlatformOptions options, Parts parts, Consumer<String> progress) {
    this.options = options;
    this.parts = parts;
    this.progress = progress;
  }

  /** Starts them all, or closes those that were started and says why. */
  static RunningPlatform run(PlatformOptions options, Parts parts, Consumer<String> progress) {
    try {
      return new PlatformStart(options, parts, progress).run();
    } catch (RuntimeException e) {
      parts.close();
      throw e;
    }
  }

  private RunningPlatform run() {
    var folder = options.folder();
    parts.add("The data folder", FolderLock.take(folder));
    var read = config();
    // Made anew with each start: what it signs is good for a minute.
    var keys = read.auth().identityKey() == null ? IdentityKeys.generate() : null;
    var config =
        keys == null ? read : read.withAuth(read.auth().withIdentityKey(keys.getPrivate()));
    var gatewayKey = keys == null ? null : keys.getPublic();
    var retention = RetentionConfig.read(options.config());
    var sagaRetention = RetentionConfig.readSagas(options.config());
    var consolePort = Ports.free(options.consolePort(), "console", "--console-port");
    Logging.startFile(folder);
    AccessLogConfig.start(options.config());
    parts.add("The log file", Logging::endFile);
    parts.add("The last line", () -> LOG.info("stopped"));

    var telemetry =
        parts.add("The telemetry", Telemetry.start(telemetryOptions(), System.getenv()));
    var database = Database.open(options.database(), folder, parts, progress);
    var log = parts.add("The event log", PostgresEventLog.create(database.pool()));
    retention.ifPresent(it -> parts.add("Retention", LogRetention.start(database.pool(), it)));
    sagaRetention.ifPresent(
        it -> parts.add("Retention of sagas", SagaRetention.start(database.pool(), it)));
    var traces = PostgresTraceStore.create(database.pool());
    var recorder = parts.add("The trace recorder", TraceRecorder.create(traces));
    var secret = Objects.requireNonNull(config.auth().hs256Secret());
    var tokens = Tokens.of(secret, clock);

    var gatewayUri = URI.create("http://127.0.0.1:" + config.port());
    var host =
        new Host(
            gatewayUri,
            tokens::renewed,
            database.pool(),
            log,
            PostgresSagaStore.create(database.pool()),
            recorder,
            gatewayKey,
            telemetry.openTelemetry(),
            0);
    var services = parts.add("The services", new HostedServices());
    if (options.examples()) {
      for (var service : HostedServices.available()) {
        progress.accept("starting " + service.name());
        services.start(service, host);
      }
    }
    progress.accept("starting the gateway");
    var gateway =
        parts.add(
            "The gateway",
            gateway(
                PlatformConfig.withHosted(config, services.targets()),
                GatewayStores.in(database.pool(), recorder)
                    .withOpenTelemetry(telemetry.openTelemetry())));
    var reload = reload(gateway, config, services);
    var bus = parts.add("The console's bus", consoleBus(log, telemetry));
    var facts = new ProcessFacts(options.folder(), database.pool(), recorder);
    var adminToken = adminToken();
    var console =
        console(
            consolePort,
            adminToken,
            new ConsoleSources(
                gateway,
                reload,
                log,
                PostgresSagaStore.create(database.pool()).operations(),
                bus,
                traces,
                facts,
                telemetry.metrics()));
    // Again, above the console: at the end the gateway drains while the console still says so.
    parts.add("The gateway", gateway);
    parts.add("Readiness", console::draining);

    var instance =
        new Instance(
            ProcessHandle.current().pid(),
            clock.instant(),
            gateway.address(),
            console.address(),
            database.psqlUrl(),
            adminToken,
            secret);
    instance.write(folder);
    parts.add("instance.json", () -> Instance.remove(folder));
    console.ready();
    LOG.info("ready: gateway on {}, console on {}", gateway.address(), console.address());
    return new RunningPlatform(instance, services, tokens, traces, parts);
  }

  /** What the command line says, and else the configuration. */
  private TelemetryOptions telemetryOptions() {
    var asked = options.telemetry();
    var read = TelemetryConfig.read(options.config());
    return read.withMetrics(asked.metrics() || read.metrics())
        .withOtlp(asked.otlp() == null ? read.otlp() : asked.otlp());
  }

  private static EventBus consoleBus(EventLog log, Telemetry telemetry) {
    return EventBus.create(
        CONSOLE_SERVICE,
        log,
        EventBusOptions.defaults().withOpenTelemetry(telemetry.openTelemetry()));
  }

  /** What reads the configuration again; with a file, that is watched too. */
  private Runnable reload(Gateway gateway, GatewayConfig started, HostedServices services) {
    var file = options.config();
    if (file == null) {
      return () -> {
        throw new IllegalStateException("It was started without a configuration file.");
      };
    }
    var watch =
        parts.add(
            "The watch of the configuration",
            ConfigWatch.start(
                gateway,
                file,
                () -> PlatformConfig.again(file, started, options.port(), services.targets())));
    Hangup.run(watch::reloadOrLog);
    return watch::reload;
  }

  /** The configuration with a port that is free and a secret that tokens can be signed with. */
  private GatewayConfig config() {
    var config = PlatformConfig.read(options.config());
    var port = Objects.requireNonNullElse(options.port(), config.port());
    var usable = config.withPort(Ports.free(port, "gateway", "--port"));
    return usable.auth().hs256Secret() != null
        ? usable
        : usable.withAuth(
            usable.auth().withHs256Secret(Secret.ofStart(options.folder(), System.getenv())));
  }

  private Gateway gateway(GatewayConfig config, GatewayParts with) {
    try {
      return Gateway.start(config, with);
    } catch (GatewayException e) {
      throw CommandException.unusable(Objects.requireNonNullElse(e.getMessage(), ""), e);
    }
  }

  private Console console(int port, String adminToken, ConsoleSources sources) {
    try {
      return parts.add("The console", Console.start(port, adminToken, sources, clock));
    } catch (ConsoleException e) {
      throw CommandException.unusable(Objects.requireNonNullElse(e.getMessage(), ""), e);
    }
  }

  private static String adminToken() {
    var bytes = new byte[ADMIN_TOKEN_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
