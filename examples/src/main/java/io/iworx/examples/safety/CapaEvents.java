package io.iworx.examples.safety;

import io.iworx.eventbus.DomainEvents;
import io.iworx.eventbus.DomainEvents.SafetyCapaCompleted;
import io.iworx.eventbus.DomainEvents.SafetyCapaCreated;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventType;
import io.iworx.examples.http.Json;
import io.iworx.examples.resource.Changes;
import java.sql.Connection;
import java.util.Map;

/** What the world is told about corrective and preventive actions. */
final class CapaEvents implements Changes<Capa> {
  private final EventBus bus;

  CapaEvents(EventBus bus) {
    this.bus = bus;
  }

  @Override
  public void created(Connection connection, Capa capa) {
    publish(
        connection,
        capa,
        DomainEvents.SAFETY_CAPA_CREATED,
        new SafetyCapaCreated(
            capa.id().toString(),
            Json.wordOrNull(capa.incidentId()),
            capa.title(),
            Json.wordOrNull(capa.dueDate())));
  }

  @Override
  public void updated(Connection connection, Capa before, Capa after) {
    if (after.status() == Capa.Status.COMPLETED && before.status() != after.status()) {
      publish(
          connection,
          after,
          DomainEvents.SAFETY_CAPA_COMPLETED,
          new SafetyCapaCompleted(after.id().toString(), Json.wordOrNull(after.incidentId())));
    }
  }

  private <P> void publish(Connection connection, Capa capa, EventType<P> type, P payload) {
    bus.publish(connection, type, payload, Map.of("organizationId", capa.organizationId()));
  }
}
