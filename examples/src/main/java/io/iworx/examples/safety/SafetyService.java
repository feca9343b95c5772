package io.iworx.examples.safety;

import io.iworx.examples.hosting.Workbench;
import io.iworx.examples.http.Router;
import io.iworx.examples.resource.Resource;
import io.iworx.examples.storage.Database;
import io.iworx.examples.storage.Table;
import io.iworx.server.spi.Host;
import io.iworx.server.spi.HostedService;
import java.util.List;

/** Incidents and what is done about them, over HTTP. Nothing of it is ever deleted. */
public final class SafetyService implements HostedService {
  private static final Table<Incident> INCIDENTS = Table.of("safety.incidents", Incident.class);
  private static final Table<Capa> CAPAS = Table.of("safety.capas", Capa.class);

  @Override
  public String name() {
    return "safety-service";
  }

  @Override
  public List<String> routes() {
    return List.of("safety");
  }

  @Override
  public Running start(Host host) {
    var database = Database.open(host.dataSource(), SafetyService.class);
    var bench = Workbench.of(this, host);
    var bus = bench.bus();
    var incidents =
        new Resource<>("incident", database, INCIDENTS, Incident.SHAPE, new IncidentEvents(bus));
    var capas = new Resource<>("capa", database, CAPAS, Capa.SHAPE, new CapaEvents(bus));
    return bench.serve(
        new Router()
            .get("/incidents", incidents::list)
            .post("/incidents", incidents::create)
            .get("/incidents/{id}", incidents::get)
            .put("/incidents/{id}", incidents::update)
            .get("/capas", capas::list)
            .post("/capas", capas::create)
            .get("/capas/{id}", capas::get)
            .put("/capas/{id}", capas::update));
  }
}
