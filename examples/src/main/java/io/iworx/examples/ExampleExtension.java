package io.iworx.examples;

import io.iworx.examples.assets.AssetService;
import io.iworx.examples.demo.DemoCommand;
import io.iworx.examples.inventory.InventoryService;
import io.iworx.examples.people.PeopleService;
import io.iworx.examples.safety.SafetyService;
import io.iworx.examples.workorders.WorkOrderService;
import io.iworx.server.spi.Extension;
import io.iworx.server.spi.HostedService;
import java.util.List;

/** Adds the five example services and their commands to the iworx program. */
public final class ExampleExtension implements Extension {
  @Override
  public List<HostedService> services() {
    return List.of(
        new WorkOrderService(),
        new AssetService(),
        new InventoryService(),
        new PeopleService(),
        new SafetyService());
  }

  @Override
  public List<Object> commands() {
    return List.of(new DemoCommand(), new ExampleCommand(services()));
  }
}
