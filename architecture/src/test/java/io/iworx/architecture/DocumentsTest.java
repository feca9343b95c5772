package io.iworx.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents show is code that compiles, and what they point at exists. */
class DocumentsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern JAVA_BLOCK = Pattern.compile("(?ms)^```java\\n(.*?)^```");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

  @Test
  void everyJavaSnippetIsFoundInCompiledCode() throws IOException {
    var code = allCode();
    var unknown = new ArrayList<String>();
    for (var document : documents()) {
      JAVA_BLOCK
          .matcher(Files.readString(document))
          .results()
          .map(it -> it.group(1))
          .filter(it -> !code.contains(squeezed(it)))
          .forEach(it -> unknown.add(ROOT.relativize(document) + ":\n" + it));
    }
    assertThat(unknown).isEmpty();
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    var broken = new ArrayList<String>();
    for (var document : documents()) {
      for (MatchResult link : LINK.matcher(Files.readString(document)).results().toList()) {
        if (!Files.exists(document.resolveSibling(link.group(1)))) {
          broken.add(ROOT.relativize(document) + ": " + link.group(1));
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void aSnippetThatIsNowhereWouldBeFound() throws IOException {
    // In two pieces, or this file would be where it is found.
    assertThat(allCode().contains(squeezed("bus.publish" + "Somewhere(order);"))).isFalse();
    assertThat(documents()).isNotEmpty();
  }

  private static List<Path> documents() throws IOException {
    try (var files = Files.walk(ROOT)) {
      return files.filter(it -> it.toString().endsWith(".md")).filter(DocumentsTest::ours).toList();
    }
  }

  private static String allCode() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(it -> it.toString().endsWith(".java"))
          .filter(DocumentsTest::ours)
          .map(SourceTest::read)
          .map(DocumentsTest::squeezed)
          .collect(Collectors.joining("\n"));
    }
  }

  private static boolean ours(Path path) {
    var inside = ROOT.relativize(path).toString();
    return !inside.contains("target/")
        && !inside.startsWith(".")
        && !inside.contains("node_modules/");
  }

  /** Without white space, so that the formatter's line breaks do not matter. */
  private static String squeezed(String code) {
    return code.replaceAll("\\s+", "");
  }
}
