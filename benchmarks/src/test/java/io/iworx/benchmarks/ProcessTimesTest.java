package io.iworx.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessTimesTest {
  private static final String LINE =
      "%d (%s) S %d 1 1 0 -1 4194560 100 0 0 0 %d %d %d %d 20 0 1 0 100 0 0\n";

  @TempDir private Path proc;

  @Test
  void readsParentAndTimesPastANameWithBlanksAndBrackets() {
    var stat = ProcessTimes.Stat.parse(LINE.formatted(7, "postgres: a) (b", 3, 1, 2, 4, 8));
    assertThat(stat).isEqualTo(new ProcessTimes.Stat(3, 15));
  }

  @Test
  void sumsAProcessWithAllBelowItAndNobodyElse() throws IOException {
    Files.writeString(proc.resolve("stat"), "cpu 0\n");
    process(10, 1, 100);
    process(5, 10, 20); // a child with a lower number
    process(30, 5, 3);
    process(40, 1, 1_000);
    assertThat(new ProcessTimes(proc).ticksOf(List.of(10L))).hasValue(123);
    assertThat(new ProcessTimes(proc).ticksOf(List.of(10L, 30L))).hasValue(123);
    assertThat(new ProcessTimes(proc).ticksOf(List.of(10L, 40L))).hasValue(1_123);
  }

  @Test
  void saysNothingWhereThereIsNoSuchFileSystem() throws IOException {
    assertThat(new ProcessTimes(proc).ticksOf(List.of(10L))).isEmpty();
  }

  private void process(long pid, long parent, long ticks) throws IOException {
    Path folder = Files.createDirectory(proc.resolve(Long.toString(pid)));
    Files.writeString(
        folder.resolve("stat"), LINE.formatted(pid, "some name", parent, ticks, 0, 0, 0));
  }
}
