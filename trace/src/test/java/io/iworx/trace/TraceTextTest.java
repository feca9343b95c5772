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

class TraceTextTest {
  @Test
  void drawsTheTreeWithAlignedTimesAndEndings() {
    var trace =
        Trace.of(
            "corr-1",
            List.of(
                hop("h1", null, "external", "work-orders", 0, 182),
                entry(Kind.SAGA, "s1", "h1", null, "work-order-service", "open", 4, 170),
                entry(Kind.STEP, "s1/create", "s1", null, "work-order-service", "create", 5, 10),
                failed(hop("h2", null, "work-order-service", "inventory", 20, 30), "409"),
                event("e1", "s1", "work-order-service", 90),
                delivery("d1", "e1", "asset-service", 1204, 3)));
    assertThat(trace.text())
        .isEqualTo(
            """
            Trace corr-1 · 1207 ms · 3 services · 2 hops · 1 event · 1 delivery · 1 saga · 1 step · 1 failed
                 0 ms  → hop GET /work-orders            external → work-orders              ✓ 182 ms
                 4 ms  └─ ◉ saga open                    work-order-service                  ✓ 170 ms
                 5 ms     ├─ ○ step create               work-order-service                  ✓ 10 ms
                20 ms     ├─ → hop GET /inventory        work-order-service → inventory      ✗ 30 ms  409  (inferred)
                90 ms     └─ ◆ event work_order.created  work-order-service                  ✓
              1204 ms        └─ ◇ delivery history       work-order-service → asset-service  ✓ 3 ms
            """);
  }

  @Test
  void letsNothingInANameSteerTheTerminal() {
    var evil = entry(Kind.HOP, "h1", null, "a", "b\u001b[2J", "GET /\r\nTrace forged\u202e", 0, 1);
    assertThat(Trace.of("corr-1", List.of(evil)).text().lines()).hasSize(2);
    assertThat(Trace.of("corr-1", List.of(evil)).text()).doesNotContain("\u001b", "\r", "\u202e");
  }

  @Test
  void countsAServiceOnceUnderItsTwoNames() {
    var entries =
        List.of(
            hop("h1", null, "external", "work-orders", 0, 9),
            hop("h2", "h1", "work-order-service", "assets", 1, 2));
    assertThat(Trace.of("corr-1", entries).text()).contains(" · 2 services · ");
  }
}
