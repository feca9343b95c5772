package io.iworx.examples.workorders;

import io.iworx.examples.http.Json;
import io.iworx.serviceclient.ServiceClient;
import java.util.Map;

/** The inventory service, as far as work orders need it. */
final class Parts {
  private final ServiceClient client;

  Parts(ServiceClient client) {
    this.client = client;
  }

  /**
   * Reserves the work order's parts, all or none.
   *
   * @throws io.iworx.serviceclient.CallFailedException with status 409 when some are missing
   */
  void reserve(WorkOrder order) {
    client.post("/inventory/reserve", body(order), Void.class).orElseThrow();
  }

  /** Gives them back, whether they were reserved or not. */
  void release(WorkOrder order) {
    client.post("/inventory/release", body(order), Void.class).orElseThrow();
  }

  private static Object body(WorkOrder order) {
    return Json.tree(
        Map.of(
            "items", order.requiredParts(),
            "workOrderId", order.id(),
            "organization_id", order.organizationId()));
  }
}
