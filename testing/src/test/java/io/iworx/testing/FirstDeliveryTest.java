package io.iworx.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Correlation;
import io.iworx.eventbus.DomainEvents;
import io.iworx.eventbus.DomainEvents.WorkOrderCreated;
import io.iworx.eventbus.EventBus;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FirstDeliveryTest {
  @Test
  void deliversWhatIsPublishedAfterSubscribing() throws Exception {
    try (var log = InMemoryEventLog.create();
        var bus = EventBus.create("work-order-service", log)) {
      var contexts = new LinkedBlockingQueue<Correlation>();
      bus.subscribe(
          "history",
          List.of(DomainEvents.WORK_ORDER_CREATED),
          (event, _) -> {
            assertThat(event.payload().workOrderId()).isEqualTo("wo-1");
            contexts.add(Correlation.current().orElseThrow());
          });
      var event =
          bus.publish(
              DomainEvents.WORK_ORDER_CREATED, new WorkOrderCreated("wo-1", "a-1", "high", null));
      assertThat(event.key()).isEqualTo("wo-1");
      var context = contexts.poll(5, TimeUnit.SECONDS);
      assertThat(context).isNotNull();
      assertThat(context.causationId()).isEqualTo(event.id());
      assertThat(context.correlationId()).isEqualTo(event.correlationId());
    }
  }
}
