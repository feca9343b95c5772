package io.iworx.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class SagaDiagramTest {
  private static JsonNode saga(String state, String... records) {
    var saga = JsonMapper.shared().createObjectNode().put("state", state);
    var steps = saga.putArray("steps");
    for (var record : records) {
      var words = List.of(record.split(" ", -1));
      steps
          .addObject()
          .put("step", words.get(0))
          .put("kind", words.get(1))
          .put("attempts", Integer.parseInt(words.get(2)))
          .put("startedAt", "2026-01-05T09:00:00Z")
          .put("endedAt", "2026-01-05T09:00:00.010Z");
    }
    return saga;
  }

  @Test
  void drawsTheWaysThatSagasTook() {
    var diagram = new SagaDiagram("open");
    diagram.add(saga("COMPLETED", "$now NOTED 1", "create DONE 1", "item DONE 1", "item#2 DONE 3"));
    diagram.add(saga("COMPENSATED", "create DONE 1", "item FAILED 5", "create UNDONE 1"));

    assertThat(diagram.lines())
        .containsExactly(
            "flowchart TD",
            "  n0([\"open<br/>2 sagas\"])",
            "  n1[\"create<br/>2 done, 10 ms\"]",
            "  n2[\"item<br/>2 done, 1 failed, up to 5 attempts, 10 ms\"]",
            "  n3[\"undo create<br/>1 done, 10 ms\"]",
            "  n4([COMPLETED])",
            "  n5([COMPENSATED])",
            "  n0 -->|2| n1",
            "  n1 -->|2| n2",
            "  n2 -->|1| n2",
            "  n2 -->|1| n4",
            "  n2 -.->|1| n3",
            "  n3 -.->|1| n5");
  }

  @Test
  void aStepThatIsASagaOfItsOwnIsADoubleBox() {
    var saga = saga("COMPLETED", "pay DONE 1");
    ((ObjectNode) saga)
        .putArray("children")
        .addObject()
        .put("step", "pay")
        .put("definition", "payment");
    var diagram = new SagaDiagram("open");
    diagram.add(saga);

    assertThat(diagram.lines()).contains("  n1[[\"pay<br/>saga payment<br/>1 done, 10 ms\"]]");
  }

  @Test
  void aSagaThatHasNotBegunAnythingIsOneArrow() {
    var diagram = new SagaDiagram("open");
    diagram.add(saga("RUNNING"));

    assertThat(diagram.lines())
        .containsExactly(
            "flowchart TD", "  n0([\"open<br/>1 saga\"])", "  n1([RUNNING])", "  n0 -->|1| n1");
  }
}
