package io.iworx.examples.inventory;

import io.iworx.eventbus.DomainEvents;
import io.iworx.examples.hosting.Workbench;
import io.iworx.examples.http.Router;
import io.iworx.examples.resource.Resource;
import io.iworx.examples.storage.Database;
import io.iworx.server.spi.Host;
import io.iworx.server.spi.HostedService;
import java.util.List;

/** Items and reservations over HTTP; what is kept for a cancelled work order is given back. */
public final class InventoryService implements HostedService {
  @Override
  public String name() {
    return "inventory-service";
  }

  @Override
  public List<String> routes() {
    return List.of("inventory");
  }

  @Override
  public Running start(Host host) {
    var database = Database.open(host.dataSource(), InventoryService.class);
    var bench = Workbench.of(this, host);
    var bus = bench.bus();
    var events = new StockEvents(bus);
    var reservations = new Reservations(new Stock(events));
    bus.subscribeTransactional(
        "stock-of-cancelled-work-orders",
        List.of(DomainEvents.WORK_ORDER_CANCELLED),
        reservations::releaseCancelled);
    var items = new Resource<>("item", database, Stock.ITEMS, Item.SHAPE, events);
    var kept = new ReservationApi(database, reservations);
    return bench.serve(
        new Router()
            .get("/items", items::list)
            .post("/items", items::create)
            .get("/items/{id}", items::get)
            .put("/items/{id}", items::update)
            .delete("/items/{id}", items::delete)
            .post("/reserve", kept::reserve)
            .post("/release", kept::release));
  }
}
