package io.iworx.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What publishers note survives them. */
class DeedsTest {
  @TempDir private Path folder;

  @Test
  void tellsHowEachPublishEnded() throws Exception {
    try (var deeds = Deeds.open(folder, "p1")) {
      deeds.intend("a", PublishKind.PLAIN, 0, Mood.FINE);
      deeds.acknowledge("a");
      deeds.intend("b", PublishKind.ROLLED_BACK, -1, Mood.POISON);
      deeds.rollBack("b");
      deeds.intend("c", PublishKind.SLOW, 200, Mood.FLAKY);
    }
    var published = Deeds.read(folder);
    assertThat(published).containsOnlyKeys("a", "b", "c");
    assertThat(published.get("a"))
        .satisfies(
            it -> {
              assertThat(it.isAcknowledged()).isTrue();
              assertThat(it.acknowledgedAt()).isGreaterThanOrEqualTo(it.calledAt());
              assertThat(it.key()).isEqualTo(Keys.named(0));
            });
    assertThat(published.get("b"))
        .satisfies(
            it -> {
              assertThat(it.wasRolledBack()).isTrue();
              assertThat(it.isAcknowledged()).isFalse();
              assertThat(it.key()).isNull();
            });
    assertThat(published.get("c"))
        .satisfies(
            it -> {
              assertThat(it.isAcknowledged()).isFalse();
              assertThat(it.mood()).isEqualTo(Mood.FLAKY);
              assertThat(it.key()).isEqualTo("asset-200");
            });
  }

  @Test
  void aLineThatAKillCutShortDoesNotCount() throws Exception {
    try (var deeds = Deeds.open(folder, "p1")) {
      deeds.intend("a", PublishKind.PLAIN, 0, Mood.FINE);
    }
    Files.writeString(
        folder.resolve("publisher-p1.journal"), "acknowledged 12", StandardOpenOption.APPEND);
    assertThat(Deeds.read(folder).get("a"))
        .satisfies(it -> assertThat(it.isAcknowledged()).isFalse());
  }
}
