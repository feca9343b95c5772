package io.iworx.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;

/** What only the source text shows. */
class SourceTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** The most lines a source file may have; no file is exempt. */
  private static final int MAX_LINES = 400;

  /** Projects of their own, for those we compare with. */
  private static final String PEERS = "/benchmarks/peers/";

  @Test
  void testsWaitForConditionsAndNeverSleep() throws IOException {
    assertThat(
            sources(
                (path, text) ->
                    path.toString().contains("/src/test/") && text.contains("Thread." + "sleep(")))
        .isEmpty();
  }

  @Test
  void noSourceFileIsTooLongToReadAtOnce() throws IOException {
    assertThat(
            sources(
                (path, text) ->
                    path.toString().contains("/src/main/") && text.lines().count() > MAX_LINES))
        .isEmpty();
  }

  @Test
  void everyPackageIsNullMarked() throws IOException {
    try (var files = Files.walk(ROOT)) {
      var unmarked =
          files
              .filter(it -> it.toString().endsWith(".java") && it.toString().contains("/src/main/"))
              .filter(it -> !it.toString().contains(PEERS))
              .map(Path::getParent)
              .distinct()
              .filter(it -> !Files.exists(it.resolve("package-info.java")))
              .map(it -> ROOT.relativize(it).toString())
              .toList();
      assertThat(unmarked).isEmpty();
    }
  }

  private static List<String> sources(BiPredicate<Path, String> wrong) throws IOException {
    try (var files = Files.walk(ROOT)) {
      return files
          .filter(it -> it.toString().endsWith(".java") && !it.toString().contains("/target/"))
          .filter(it -> wrong.test(it, read(it)))
          .map(it -> ROOT.relativize(it).toString())
          .sorted()
          .toList();
    }
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
