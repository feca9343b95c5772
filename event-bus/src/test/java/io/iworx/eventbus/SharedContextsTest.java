package io.iworx.eventbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Identity;
import io.iworx.eventbus.spi.LogEntry;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SharedContextsTest {
  private final SharedContexts contexts = new SharedContexts();

  private static LogEntry entry(long position, String id, String metadata) {
    return new LogEntry(
        position,
        id,
        "a.b",
        "publisher",
        "c-1",
        null,
        Instant.EPOCH,
        null,
        "{}",
        metadata,
        null,
        null);
  }

  @Test
  void makesOnceWhatAllSubscriptionsNeed() {
    assertThat(contexts.of(entry(1, "e-1", "{}"))).isSameAs(contexts.of(entry(1, "e-1", "{}")));
  }

  @Test
  void tellsEventsAndTheirMetadataApart() {
    contexts.of(entry(1, "e-1", "{}"));
    assertThat(contexts.of(entry(1, "e-2", "{}")).causationId()).isEqualTo("e-2");
    assertThat(contexts.of(entry(1, "e-2", "{\"createdBy\":\"ann\"}")).identity())
        .isEqualTo(Identity.of("ann", null));
  }

  @Test
  void forgetsTheOldest() {
    var first = contexts.of(entry(1, "e-1", "{}"));
    contexts.of(entry(1 + SharedContexts.REMEMBERED, "e-2", "{}"));
    assertThat(contexts.of(entry(1, "e-1", "{}"))).isEqualTo(first).isNotSameAs(first);
  }

  @Test
  void remembersNoLongMetadata() {
    var metadata = "{\"x\":\"" + "x".repeat(SharedContexts.MAX_CHARACTERS) + "\"}";
    var first = contexts.of(entry(1, "e-1", metadata));
    assertThat(contexts.of(entry(1, "e-1", metadata))).isEqualTo(first).isNotSameAs(first);
  }
}
