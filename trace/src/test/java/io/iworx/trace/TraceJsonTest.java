package io.iworx.trace;

import static io.iworx.trace.Entries.event;
import static io.iworx.trace.Entries.failed;
import static io.iworx.trace.Entries.hop;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class TraceJsonTest {
  @Test
  void writesEntriesInTreeOrderWithTheirPlaces() {
    var trace =
        Trace.of(
            "corr-1",
            List.of(
                event("e1", null, "work-orders", 5),
                failed(hop("h1", null, "external", "work-orders", 0, 9), "500 \"x\"")));
    var json = JsonMapper.builder().build().readTree(trace.json());
    assertThat(json.get("correlationId").stringValue()).isEqualTo("corr-1");
    assertThat(json.get("durationMs").longValue()).isEqualTo(9);
    assertThat(json.get("startedAt").stringValue()).isEqualTo("2026-11-23T12:00:00Z");
    var hop = json.get("entries").get(0);
    assertThat(hop.get("kind").stringValue()).isEqualTo("HOP");
    assertThat(hop.get("parent").isNull()).isTrue();
    assertThat(hop.get("succeeded").booleanValue()).isFalse();
    assertThat(hop.get("detail").stringValue()).isEqualTo("500 \"x\"");
    var event = json.get("entries").get(1);
    assertThat(event.get("parent").intValue()).isZero();
    assertThat(event.get("depth").intValue()).isEqualTo(1);
    assertThat(event.get("offsetMs").intValue()).isEqualTo(5);
    assertThat(event.get("inferred").booleanValue()).isTrue();
  }
}
