package io.iworx.examples.workorders;

import io.iworx.examples.hosting.Workbench;
import io.iworx.examples.storage.Database;
import io.iworx.server.spi.Host;
import io.iworx.server.spi.HostedService;
import java.time.Clock;
import java.util.List;

/** Work orders: rows of its own, events about them, calls to others, and a saga that opens them. */
public final class WorkOrderService implements HostedService {
  @Override
  public String name() {
    return "work-order-service";
  }

  @Override
  public List<String> routes() {
    return List.of("work-orders");
  }

  @Override
  public Running start(Host host) {
    var database = Database.open(host.dataSource(), WorkOrderService.class);
    var bench = Workbench.of(this, host);
    var bus = bench.bus();
    var client = bench.client();
    var events = new WorkOrderEvents(bus);
    var saga =
        new OpenWorkOrder(events, new Parts(client), new Technicians(client))
            .define(bench.sagas(bus));
    var enrichment = new Enrichment(client, Clock.systemUTC());
    return bench.serve(new WorkOrderApi(database, events, enrichment, new Opening(saga)).router());
  }
}
