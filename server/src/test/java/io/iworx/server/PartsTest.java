package io.iworx.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartsTest {
  private final List<String> closed = new ArrayList<>();
  private final Parts parts = new Parts();

  @Test
  void closesInReverseOnceAndDespiteFailures() {
    parts.add("a", () -> closed.add("a"));
    parts.add(
        "b",
        () -> {
          throw new IllegalStateException("stuck");
        });
    parts.add("c", () -> closed.add("c"));
    parts.close();
    parts.close();
    assertThat(closed).containsExactly("c", "a");
  }

  @Test
  void whatStartsDuringTheEndIsClosedAtOnce() {
    parts.close();
    assertThatThrownBy(() -> parts.add("late", () -> closed.add("late")))
        .isInstanceOf(CommandException.class);
    assertThat(closed).containsExactly("late");
  }
}
