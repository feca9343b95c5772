package io.iworx.benchmarks.gateway;

import io.iworx.benchmarks.load.Contender;
import io.iworx.benchmarks.load.Stage;
import io.iworx.gateway.Auth;
import io.iworx.gateway.Gateway;
import io.iworx.gateway.GatewayConfig;
import io.iworx.gateway.Route;
import io.iworx.postgres.ConnectionPool;
import io.iworx.postgres.Migrations;
import io.iworx.postgres.PostgresTraceStore;
import io.iworx.trace.TraceRecorder;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.List;

/** Our gateway, with every option at its default; the access log is off. */
final class OurGateway implements Contender {

  @Override
  public void run(Stage stage) throws Exception {
    boolean recorded = stage.flag("recorded");
    URI target = URI.create("http://127.0.0.1:" + stage.number("upstream"));
    Route route = Route.of("assets", target).withPublicAccess(!recorded);
    GatewayConfig config =
        GatewayConfig.of(List.of(route)).withPort(0).withAuth(Auth.hs256(Tokens.SECRET));
    TraceRecorder recorder = recorded ? recorder(stage) : TraceRecorder.none();
    Gateway gateway = Gateway.start(config, recorder);
    stage.report("port", gateway.address().getPort());
    while (true) {
      switch (stage.told()) {
        case "allocated" -> stage.report("allocated", allocated());
        case "dropped" -> stage.report("dropped", recorder.dropped());
        default -> throw new IllegalArgumentException("Asked for something unknown.");
      }
    }
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
