package io.iworx.eventbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.Identity;
import io.iworx.eventbus.spi.LogEntry;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventContextTest {
  private static LogEntry entry(String id, @Nullable String correlationId, String metadata) {
    return new LogEntry(
        1,
        id,
        "a.b",
        "publisher",
        correlationId,
        "hop-1",
        Instant.EPOCH,
        null,
        "{}",
        metadata,
        null,
        null);
  }

  private static Correlation contextOf(LogEntry entry) {
    return EventContext.of(entry, EventDecoder.metadata(entry));
  }

  @Test
  void namesTheEventAsTheCauseAndItsPublisherAsTheCaller() {
    var context =
        contextOf(
            entry("e-1", "c-1", "{\"createdBy\":\"ann\",\"organizationId\":\"org\",\"x\":1}"));
    assertThat(context.correlationId()).isEqualTo("c-1");
    assertThat(context.causationId()).isEqualTo("e-1");
    assertThat(context.callingService()).isEqualTo("publisher");
    assertThat(context.identity()).isEqualTo(Identity.of("ann", "org"));
    assertThat(context.deadline()).isNull();
  }

  @Test
  void usesTheEventsIdWhereThereIsNoAcceptableCorrelationId() {
    assertThat(contextOf(entry("e-1", null, "{}")).correlationId()).isEqualTo("e-1");
    assertThat(contextOf(entry("e-1", "bad\r\nid", "{}")).correlationId()).isEqualTo("e-1");
  }

  @Test
  void makesTheSameIdAtEachAttemptWhereNeitherIsAcceptable() {
    var context = contextOf(entry("bad id", "also bad", "{}"));
    assertThat(context.causationId()).isNull();
    assertThat(context.correlationId())
        .isEqualTo(contextOf(entry("bad id", null, "{}")).correlationId());
    assertThat(context.correlationId())
        .isNotEqualTo(contextOf(entry("other id", null, "{}")).correlationId());
  }

  @Test
  void takesNoIdentityFromMetadataThatIsNone() {
    for (var metadata : new String[] {"[]", "null", "1", "not json", "{\"createdBy\":7}"}) {
      assertThat(contextOf(entry("e-1", "c-1", metadata)).identity()).isEqualTo(Identity.NONE);
    }
  }
}
