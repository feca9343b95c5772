package io.iworx.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher at the root of the repository: builds what it runs, and runs it from anywhere. */
class LauncherIT {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @TempDir Path elsewhere = Path.of("");

  private record Said(int exitCode, String out) {}

  private Said run(Path program, String... arguments) throws Exception {
    var command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    var builder =
        new ProcessBuilder(command).directory(elsewhere.toFile()).redirectErrorStream(true);
    // As in a shell whose only Java is whatever PATH has: the launcher finds a fitting one itself.
    builder.environment().remove("JAVA_HOME");
    var process = builder.start();
    var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), out);
  }

  @Test
  void runsFromAnotherFolderThroughALinkAndBuildsOnce() throws Exception {
    var link = Files.createSymbolicLink(elsewhere.resolve("i worx"), ROOT.resolve("iworx"));
    var first = run(link, "--help");
    assertThat(first.exitCode()).as(first.out()).isZero();
    assertThat(first.out()).contains("Usage: iworx", "./iworx up");

    var builds = builds();
    var second = run(ROOT.resolve("iworx"), "token", "--help");
    assertThat(second.exitCode()).as(second.out()).isZero();
    assertThat(second.out()).startsWith("Prints a token").doesNotContain("building");
    assertThat(builds()).isEqualTo(builds);
    assertThat(run(link, "--nonsense").exitCode()).isEqualTo(2);
  }

  private static List<String> builds() throws IOException {
    try (var folders = Files.list(ROOT.resolve(".launch"))) {
      return folders
          .filter(it -> Files.exists(it.resolve("classpath")))
          .map(it -> it.getFileName().toString())
          .sorted()
          .toList();
    }
  }
}
