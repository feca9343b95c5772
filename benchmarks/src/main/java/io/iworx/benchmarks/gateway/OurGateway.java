package io.iworx.benchmarks.gateway;

import io.iworx.benchmarks.load.Contender;
import io.iworx.benchmarks.load.Stage;
import io.iworx.gateway.Auth;
import io.iworx.gateway.Gateway;
import io.iworx.gateway.GatewayConfig;
import io.iworx.gateway.Route;
import io.iworx.gateway.Tls;
import io.iworx.postgres.ConnectionPool;
import io.iworx.postgres.Migrations;
import io.iworx.postgres.PostgresTraceStore;
import io.iworx.trace.TraceRecorder;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Our gateway, with every option at its default; the access log is off. */
final class OurGateway implements Contender {

  @Override
  public void run(Stage stage) throws Exception {
    boolean recorded = stage.flag("recorded");
    URI target = URI.create("http://127.0.0.1:" + stage.number("upstream"));
    int routes = Integer.parseInt(stage.options().getOrDefault("routes", "1"));
    GatewayConfig config =
        GatewayConfig.of(routes(target, routes, !recorded, Route.DEFAULT_TIMEOUT))
            .withPort(0)
            .withAuth(Auth.hs256(Tokens.SECRET))
            .withTls(tls(stage));
    TraceRecorder recorder = recorded ? recorder(stage) : TraceRecorder.none();
    Gateway gateway = Gateway.start(config, recorder);
    stage.report("port", gateway.address().getPort());
    for (int reloads = 1; ; ) {
      switch (stage.told()) {
        case "allocated" -> stage.report("allocated", allocated());
        case "reloaded" -> {
          Duration timeout = Route.DEFAULT_TIMEOUT.plusSeconds(reloads);
          gateway.reconfigure(config.withRoutes(routes(target, routes, !recorded, timeout)));
          stage.report("reloaded", reloads++);
        }
        case "dropped" -> stage.report("dropped", recorder.dropped());
        default -> throw new IllegalArgumentException("Asked for something unknown.");
      }
    }
  }

  private static @Nullable Tls tls(Stage stage) {
    if (!Wire.of(stage).encrypted()) {
      return null;
    }
    SelfSigned certificate = SelfSigned.in(Path.of(stage.option("folder")));
    return Tls.of(certificate.chain(), certificate.key());
  }

  private static List<Route> routes(URI target, int number, boolean open, Duration timeout) {
    List<Route> routes = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      String service = i == 0 ? "assets" : "assets-" + i;
      routes.add(Route.of(service, target).withPublicAccess(open).withTimeout(timeout));
    }
    return routes;
  }

  private static TraceRecorder recorder(Stage stage) {
    ConnectionPool pool = ConnectionPool.open(stage.jdbcUrl(), stage.user(), stage.password(), 4);
    Migrations.migrate(pool);
    return TraceRecorder.create(PostgresTraceStore.create(pool));
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getTotalThreadAllocatedBytes();
  }
}
