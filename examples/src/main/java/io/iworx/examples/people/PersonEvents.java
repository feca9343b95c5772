package io.iworx.examples.people;

import io.iworx.eventbus.DomainEvents;
import io.iworx.eventbus.DomainEvents.PeoplePersonCreated;
import io.iworx.eventbus.DomainEvents.PeopleSkillUpdated;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventType;
import io.iworx.examples.resource.Changes;
import java.sql.Connection;
import java.util.Map;

/** What the world is told about people: that they are there, and what they have learned. */
final class PersonEvents implements Changes<Person> {
  private final EventBus bus;

  PersonEvents(EventBus bus) {
    this.bus = bus;
  }

  @Override
  public void created(Connection connection, Person person) {
    publish(
        connection,
        person,
        DomainEvents.PEOPLE_PERSON_CREATED,
        new PeoplePersonCreated(
            person.id().toString(), person.firstName(), person.lastName(), person.email()));
  }

  @Override
  public void updated(Connection connection, Person before, Person after) {
    for (var skill : after.skills()) {
      if (!before.skills().contains(skill)) {
        var learned = new PeopleSkillUpdated(after.id().toString(), skill, null);
        publish(connection, after, DomainEvents.PEOPLE_SKILL_UPDATED, learned);
      }
    }
  }

  private <P> void publish(Connection connection, Person person, EventType<P> type, P payload) {
    bus.publish(connection, type, payload, Map.of("organizationId", person.organizationId()));
  }
}
