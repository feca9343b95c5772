package io.iworx.examples.assets;

import io.iworx.eventbus.DomainEvents;
import io.iworx.examples.hosting.Workbench;
import io.iworx.examples.http.Answer;
import io.iworx.examples.http.HttpError;
import io.iworx.examples.http.Request;
import io.iworx.examples.http.Router;
import io.iworx.examples.resource.Resource;
import io.iworx.examples.storage.Database;
import io.iworx.server.spi.Host;
import io.iworx.server.spi.HostedService;
import java.util.List;

/** Assets over HTTP, and their history from the events of work orders. */
public final class AssetService implements HostedService {
  private static final String NOUN = "asset";

  @Override
  public String name() {
    return "asset-service";
  }

  @Override
  public List<String> routes() {
    return List.of("assets");
  }

  @Override
  public Running start(Host host) {
    var database = Database.open(host.dataSource(), AssetService.class);
    var bench = Workbench.of(this, host);
    var bus = bench.bus();
    bus.subscribeTransactional(
        "asset-history", List.of(DomainEvents.WORK_ORDER_COMPLETED), AssetHistory::write);
    var assets = new Resource<>(NOUN, database, Assets.TABLE, Asset.SHAPE, new AssetEvents(bus));
    return bench.serve(
        new Router()
            .get("/", assets::list)
            .post("/", assets::create)
            .get("/{id}", assets::get)
            .put("/{id}", assets::update)
            .delete("/{id}", assets::delete)
            .get("/{id}/history", request -> history(database, request)));
  }

  private static Answer history(Database database, Request request) {
    var id = request.id(NOUN);
    return database.inTransaction(
        connection -> {
          var asset =
              Assets.TABLE.find(connection, id).orElseThrow(() -> HttpError.notFound(NOUN, id));
          return Answer.ok(AssetHistory.of(connection, asset.id(), request.limit()));
        });
  }
}
