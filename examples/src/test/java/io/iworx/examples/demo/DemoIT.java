package io.iworx.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DemoIT {

  @Test
  void keepsEveryPromiseAndCleansUp() {
    var said = new StringWriter();
    var folders = temporaryFolders();
    var exitCode = new CommandLine(new DemoCommand()).setOut(new PrintWriter(said)).execute();
    assertThat(exitCode).as(said.toString()).isZero();
    assertThat(said.toString())
        .contains(
            "✓ POST /api/work-orders",
            "409",
            "asset is null",
            "saga open-work-order",
            "work_order.completed",
            "asset-history",
            "Every promise was kept");
    assertThat(temporaryFolders()).isEqualTo(folders);
  }

  private static List<String> temporaryFolders() {
    var found = Path.of(System.getProperty("java.io.tmpdir")).toFile().list();
    return found == null
        ? List.of()
        : Arrays.stream(found).filter(name -> name.startsWith("iworx-demo")).sorted().toList();
  }
}
