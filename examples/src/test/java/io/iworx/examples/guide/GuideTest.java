package io.iworx.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iworx.correlation.Correlation;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.serviceclient.ClientSettings;
import io.iworx.serviceclient.ServiceClient;
import io.iworx.testing.InMemoryEventLog;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** The guide's snippets that need no database do what the guide says. */
class GuideTest {
  private static final Guide.WorkOrder ORDER = new Guide.WorkOrder("wo-1", "asset-1", "item-1", 2);

  @Test
  void workThatNoRequestStartedHasOneIdForAllItSetsOff() {
    try (var log = InMemoryEventLog.create();
        var bus = EventBus.create("inspections", log)) {
      var id = Guide.startWithoutARequest(bus, List.of("asset-1", "asset-2"));
      assertThat(log.read(Checkpoint.BEGINNING, 10).entries())
          .hasSize(2)
          .allSatisfy(entry -> assertThat(entry.correlationId()).isEqualTo(id));
    }
  }

  @Test
  void aPatternSubscriptionGetsThePayloadAsAMap() {
    var seen = new CopyOnWriteArrayList<String>();
    try (var log = InMemoryEventLog.create();
        var bus = EventBus.create("inspections", log);
        var _ = Guide.subscribeToAPattern(bus, seen)) {
      await().until(() -> log.subscriptions().admin().list().size() == 1);
      bus.publish(Guide.INSPECTION_DUE, new Guide.InspectionDue("asset-1"));
      await().until(() -> seen.equals(List.of("inspection.due asset-1")));
    }
  }

  @Test
  void anAnswerWithoutTheOtherServiceHasNullInItsPlace() throws Exception {
    // Port 1 refuses: nobody listens there.
    try (var client =
            ServiceClient.create("guide", ClientSettings.of(URI.create("http://127.0.0.1:1")));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(Guide.requestResponse(client, List.of(ORDER)))
          .containsExactly(new Guide.Enriched(ORDER, null));
      var there = Correlation.of("c-1").call(() -> Guide.acrossThreads(threads, client, ORDER));
      assertThat(there.get().asset()).isNull();
      var enriched = new CopyOnWriteArrayList<Guide.Asset>();
      Guide.degradeInALoop(client, "asset-1", enriched);
      assertThat(enriched).isEmpty();
    }
    Guide.logWithContext(ORDER);
  }
}
