package io.iworx.examples.safety;

import io.iworx.eventbus.DomainEvents;
import io.iworx.eventbus.DomainEvents.SafetyIncidentInvestigated;
import io.iworx.eventbus.DomainEvents.SafetyIncidentReported;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventType;
import io.iworx.examples.http.Json;
import io.iworx.examples.http.Tenancy;
import io.iworx.examples.resource.Changes;
import java.sql.Connection;
import java.util.Map;

/** What the world is told about incidents. */
final class IncidentEvents implements Changes<Incident> {
  private final EventBus bus;

  IncidentEvents(EventBus bus) {
    this.bus = bus;
  }

  @Override
  public void created(Connection connection, Incident incident) {
    publish(
        connection,
        incident,
        DomainEvents.SAFETY_INCIDENT_REPORTED,
        new SafetyIncidentReported(
            incident.id().toString(),
            Json.word(incident.severity()),
            Json.wordOrNull(incident.assetId()),
            incident.title()));
  }

  @Override
  public void updated(Connection connection, Incident before, Incident after) {
    if (after.status() == Incident.Status.INVESTIGATED && before.status() != after.status()) {
      publish(
          connection,
          after,
          DomainEvents.SAFETY_INCIDENT_INVESTIGATED,
          new SafetyIncidentInvestigated(
              after.id().toString(), Tenancy.identity().userId(), after.findings()));
    }
  }

  private <P> void publish(Connection connection, Incident incident, EventType<P> type, P payload) {
    bus.publish(connection, type, payload, Map.of("organizationId", incident.organizationId()));
  }
}
