package io.iworx.examples.workorders;

import io.iworx.examples.http.Json;
import io.iworx.serviceclient.ServiceClient;
import java.util.Map;
import java.util.UUID;

/** The people service, as far as work orders need it. */
final class Technicians {
  private final ServiceClient client;

  Technicians(ServiceClient client) {
    this.client = client;
  }

  /**
   * Assigns a technician.
   *
   * @throws io.iworx.serviceclient.CallFailedException with status 409 when nobody has the id
   */
  void assign(WorkOrder order, UUID technician) {
    client
        .post(
            "/people/assignments",
            Json.tree(
                Map.of(
                    "person_id", technician,
                    "workOrderId", order.id(),
                    "organization_id", order.organizationId())),
            Void.class)
        .orElseThrow();
  }

  /** Takes that back, whether it happened or not. */
  void withdraw(WorkOrder order) {
    client
        .post(
            "/people/assignments/withdraw",
            Json.tree(Map.of("workOrderId", order.id(), "organization_id", order.organizationId())),
            Void.class)
        .orElseThrow();
  }
}
