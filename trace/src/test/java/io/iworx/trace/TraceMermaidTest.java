package io.iworx.trace;

import static io.iworx.trace.Entries.delivery;
import static io.iworx.trace.Entries.entry;
import static io.iworx.trace.Entries.event;
import static io.iworx.trace.Entries.failed;
import static io.iworx.trace.Entries.hop;
import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.trace.TraceEntry.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

class TraceMermaidTest {
  @Test
  void drawsCallsAnswersEventsAndSteps() {
    var trace =
        Trace.of(
            "corr-1",
            List.of(
                hop("h1", null, "external", "work-orders", 0, 50),
                entry(Kind.SAGA, "s1", "h1", null, "work-order-service", "open", 1, 40),
                entry(Kind.STEP, "t1", "s1", null, "work-order-service", "create", 2, 3),
                failed(hop("h2", "s1", "work-order-service", "assets", 10, 20), "404"),
                event("e1", "s1", "work-order-service", 35),
                delivery("d1", "e1", "asset-service", 40, 5)));
    assertThat(trace.mermaid())
        .isEqualTo(
            """
            sequenceDiagram
              participant p1 as work-order-service
              participant p2 as external
              participant p3 as asset-service
              participant p4 as event bus
              p2->>p1: GET /work-orders
              Note over p1: saga open (40 ms)
              p1->>p1: step create (3 ms)
              p1->>p3: GET /assets
              p3--xp1: 404 (20 ms)
              p1-)p4: work_order.created
              p4-)p3: history (5 ms)
              p1-->>p2:   (50 ms)
            """);
  }

  @Test
  void escapesWhatMermaidWouldRead() {
    assertThat(TraceMermaid.escape("a;b#c\nd<e>\"f\" %% {g} & end"))
        .isEqualTo("a#59;b#35;c d#60;e#62;#34;f#34; #37;#37; #123;g#125; #38; end");
    assertThat(TraceMermaid.escape("")).isEqualTo(" ");
  }
}
