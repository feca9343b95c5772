package io.iworx.eventbus;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class DomainEventsTest {
  /** The platform's list: existing services know these names. */
  private static final List<String> STANDARD =
      List.of(
          ("asset.created asset.updated asset.deleted asset.status_changed asset.health_score_updated"
                  + " work_order.created work_order.updated work_order.assigned work_order.started"
                  + " work_order.completed work_order.cancelled work_order.inventory_reserved"
                  + " inventory.item_created inventory.item_updated inventory.stock_changed"
                  + " inventory.low_stock_alert inventory.transfer_initiated"
                  + " inventory.transfer_completed safety.incident_reported"
                  + " safety.incident_investigated safety.capa_created safety.capa_completed"
                  + " people.person_created people.skill_updated people.team_created"
                  + " people.team_member_added job_plan.created job_plan.updated job_plan.deleted"
                  + " job_plan.used job_plan.approved")
              .split(" "));

  @Test
  void areThePlatforms() {
    assertThat(DomainEvents.all()).extracting(EventType::name).containsExactlyElementsOf(STANDARD);
  }

  @Test
  void areAllConstantsNamedAsTheirTypesAndPayloads() throws Exception {
    var constants = new ArrayList<EventType<?>>();
    for (var field : DomainEvents.class.getFields()) {
      assertThat(Modifier.isFinal(field.getModifiers())).isTrue();
      var type = (EventType<?>) field.get(null);
      constants.add(type);
      assertThat(field.getName()).isEqualTo(type.name().replace('.', '_').toUpperCase(Locale.ROOT));
      assertThat(type.payloadType().getSimpleName().toUpperCase(Locale.ROOT))
          .isEqualTo(field.getName().replace("_", ""));
    }
    assertThat(constants).containsExactlyInAnyOrderElementsOf(DomainEvents.all());
  }

  @Test
  void keepTheirOrderByAMemberOfTheirPayload() {
    for (var type : DomainEvents.all()) {
      assertThat(Arrays.stream(type.payloadType().getRecordComponents()).map(it -> it.getName()))
          .as(type.name())
          .startsWith(type.keyMember());
    }
  }

  @Test
  void readPayloadsWithUnknownAndMissingMembers() {
    for (var type : DomainEvents.all()) {
      assertThat(Payloads.decode("{\"unknown\":{\"x\":1}}", type.payloadType())).isNotNull();
    }
  }

  @Test
  void areFoundByName() {
    assertThat(DomainEvents.named("asset.created")).contains(DomainEvents.ASSET_CREATED);
    assertThat(DomainEvents.named("asset.create")).isEmpty();
  }
}
