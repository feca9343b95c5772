package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the fuzzer found worth keeping, and some of what it does, each time the tests run. */
final class RequestFuzzTest {
  private static final Path CORPUS = Path.of("src/test/fuzz");
  private static final List<String> WORDS =
      List.of(
          "GET ",
          "POST ",
          " HTTP/1.1\r\n",
          " HTTP/1.0\r\n",
          "/api/open",
          "/%2e%2E/",
          "%25",
          "%61",
          "Host: g\r\n",
          "Content-Length: ",
          "Transfer-Encoding: chunked\r\n",
          "Connection: close\r\n",
          "\r\n",
          "\r",
          "\n",
          "\r\n\r\n",
          "0\r\n\r\n",
          "5\r\nhello\r\n",
          ":",
          ";",
          ",",
          " ",
          "\t",
          "\u0000",
          "\u007f",
          "\u00e9",
          "0",
          "5",
          "f",
          "http://g",
          "?",
          "#",
          "Expect: 100-continue\r\n");

  private static List<byte[]> corpus() throws Exception {
    try (var files = Files.list(CORPUS)) {
      var inputs = new ArrayList<byte[]>();
      for (var file : files.sorted().toList()) {
        inputs.add(Files.readAllBytes(file));
      }
      return inputs;
    }
  }

  @Test
  void allHoldsForTheCorpus() throws Exception {
    var corpus = corpus();
    assertThat(corpus).hasSizeGreaterThan(20);
    corpus.forEach(RequestFuzz::fuzzerTestOneInput);
  }

  @Test
  void allHoldsForNeighboursOfTheCorpus() throws Exception {
    var seed = System.nanoTime();
    System.out.println("seed " + seed);
    var random = new Random(seed);
    var corpus = corpus();
    for (int i = 0; i < 20_000; i++) {
      var input = new StringBuilder(text(corpus.get(random.nextInt(corpus.size()))));
      for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
        var at = random.nextInt(input.length() + 1);
        switch (random.nextInt(4)) {
          case 0 -> input.insert(at, WORDS.get(random.nextInt(WORDS.size())));
          case 1 -> input.delete(at, Math.min(input.length(), at + 1 + random.nextInt(8)));
          case 2 -> input.insert(at, (char) random.nextInt(256));
          default -> {
            var other = text(corpus.get(random.nextInt(corpus.size())));
            input.insert(at, other.substring(random.nextInt(other.length())));
          }
        }
        input.setLength(Math.min(input.length(), 4096));
      }
      RequestFuzz.fuzzerTestOneInput(input.toString().getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  /** A line of exactly the length allowed, whose end comes in two reads. */
  @Test
  void aLineAsLongAsAllowedIsAllowedHoweverItComes() {
    for (var extra : List.of(-1, 0, 1)) {
      var field =
          "x: " + "y".repeat(Limits.DEFAULT.maxHeader() - 2 - "Host: g".length() - 3 + extra);
      RequestFuzz.fuzzerTestOneInput(
          ("GET / HTTP/1.1\r\nHost: g\r\n" + field + "\r\n\r\n")
              .getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  private static String text(byte[] input) {
    return new String(input, StandardCharsets.ISO_8859_1);
  }
}
