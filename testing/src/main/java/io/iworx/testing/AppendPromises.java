package io.iworx.testing;

import static io.iworx.testing.LogUnderTest.draft;
import static io.iworx.testing.LogUnderTest.eventually;
import static io.iworx.testing.LogUnderTest.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.Identity;
import io.iworx.correlation.TraceContext;
import io.iworx.eventbus.EventConflictException;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.LogEntry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What is appended is there, once, in order, as it was given. */
interface AppendPromises extends LogUnderTest {

  @Test
  default void readsWhatWasAppendedInTheOrderOfPositions() throws Exception {
    var appended =
        log()
            .append(
                List.of(draft("e1", "a", "{}"), draft("e2", "b", "{}"), draft("e3", null, "{}")));
    assertThat(appended).extracting(LogEntry::id).containsExactly("e1", "e2", "e3");
    assertThat(appended).extracting(LogEntry::position).isSorted().doesNotHaveDuplicates();
    assertThat(appended.getFirst().position()).isPositive();
    eventually().until(() -> readAll(log(), 0, 100).size() == 3);
    assertThat(readAll(log(), 0, 100)).isEqualTo(appended);
  }

  @Test
  default void keepsTheContextWithTheEvent() throws Exception {
    var traceContext =
        TraceContext.of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "v=1", null);
    var correlation =
        new Correlation("c-1", "hop-1", "x", Identity.of("u", "o"), null, traceContext);
    var draft =
        new Draft("e1", "a.b", "svc", correlation, "k", "{\"x\": 1.5}", "{\"createdBy\": \"u\"}");
    log().append(List.of(draft));
    eventually().until(() -> !readAll(log(), 0, 10).isEmpty());
    var entry = readAll(log(), 0, 10).getFirst();
    assertThat(entry.type()).isEqualTo("a.b");
    assertThat(entry.service()).isEqualTo("svc");
    assertThat(entry.correlationId()).isEqualTo("c-1");
    assertThat(entry.causationId()).isEqualTo("hop-1");
    assertThat(entry.key()).isEqualTo("k");
    assertThat(entry.traceContext()).isEqualTo(traceContext);
    assertThat(entry.timestamp()).isNotNull();
    assertSameJson(entry.payload(), "{\"x\": 1.5}");
    assertSameJson(entry.metadata(), "{\"createdBy\": \"u\"}");
  }

  @Test
  default void keepsEveryCharacterOfThePayload() throws Exception {
    var json = JsonMapper.builder().build();
    var odd = "ä € 😀 \" \\ \\u0000 \u2028 \u007f \t ' ; -- ${x} %s";
    var payload = json.writeValueAsString(Map.of("text", odd, odd, "x".repeat(200_000)));
    log().append(List.of(draft("e1", odd, payload)));
    eventually().until(() -> !readAll(log(), 0, 10).isEmpty());
    var entry = readAll(log(), 0, 10).getFirst();
    assertSameJson(entry.payload(), payload);
    assertThat(entry.key()).isEqualTo(odd);
  }

  @Test
  default void appendsTheSameIdOnce() throws Exception {
    var first = log().append(List.of(draft("e1", "a", "{\"n\": 1, \"m\": 2}"))).getFirst();
    var again =
        log()
            .append(List.of(draft("e1", "a", "{\"m\":2,\"n\":1}"), draft("e2", "a", "{}")))
            .getFirst();
    assertThat(again.position()).isEqualTo(first.position());
    assertThat(again.timestamp()).isEqualTo(first.timestamp());
    eventually().until(() -> readAll(log(), 0, 100).size() == 2);
    assertThat(readAll(log(), 0, 100)).extracting(LogEntry::id).containsExactly("e1", "e2");
  }

  @Test
  default void appendsTheSameIdOnceWithinOneCall() throws Exception {
    var both = log().append(List.of(draft("e1", "a", "{}"), draft("e1", "a", "{}")));
    assertThat(both).hasSize(2);
    assertThat(both.get(1).position()).isEqualTo(both.get(0).position());
    eventually().until(() -> !readAll(log(), 0, 100).isEmpty());
    assertThat(readAll(log(), 0, 100)).hasSize(1);
  }

  @Test
  default void refusesAnotherEventUnderAnIdThatIsTaken() throws Exception {
    log().append(List.of(draft("e1", "t.a", "k", "{\"n\":1}")));
    var others =
        List.of(
            draft("e1", "t.b", "k", "{\"n\":1}"),
            draft("e1", "t.a", "other", "{\"n\":1}"),
            draft("e1", "t.a", null, "{\"n\":1}"),
            draft("e1", "t.a", "k", "{\"n\":2}"));
    for (var other : others) {
      assertThatThrownBy(() -> log().append(List.of(draft("fresh", "k", "{}"), other)))
          .isInstanceOf(EventConflictException.class)
          .hasMessageContaining("e1");
    }
    assertThat(readAll(log(), 0, 100)).extracting(LogEntry::id).containsExactly("e1");
  }

  @Test
  default void readsSliceBySliceWithoutGapOrRepetition() throws Exception {
    log().append(IntStream.range(0, 25).mapToObj(i -> draft("e" + i, "k", "{}")).toList());
    eventually().until(() -> readAll(log(), 0, 100).size() == 25);
    assertThat(log().read(Checkpoint.BEGINNING, 10).entries()).hasSize(10);
    assertThat(readAll(log(), 0, 10))
        .extracting(LogEntry::id)
        .isEqualTo(IntStream.range(0, 25).mapToObj(i -> "e" + i).toList());
  }

  @Test
  default void tellsItsHead() throws Exception {
    assertThat(log().head()).isEqualTo(Checkpoint.BEGINNING);
    var last = log().append(List.of(draft("e1", "a", "{}"), draft("e2", "b", "{}"))).getLast();
    eventually().until(() -> log().head().equals(Checkpoint.at(last.position())));
  }

  @Test
  default void keepsEverythingOverARestart() throws Exception {
    var appended = log().append(List.of(draft("e1", "a", "{}"), draft("e2", "b", "{}")));
    var restarted = anotherLog();
    eventually().until(() -> readAll(restarted, 0, 100).size() == 2);
    assertThat(readAll(restarted, 0, 100)).isEqualTo(appended);
    assertThat(restarted.append(List.of(draft("e1", "a", "{}"))).getFirst())
        .isEqualTo(appended.getFirst());
  }

  @Test
  default void wakesWhoeverAwaitsAnEvent() throws Exception {
    var from = log().head();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var woken =
          executor.submit(
              () -> {
                var before = System.nanoTime();
                while (log().read(from, 1).entries().isEmpty()) {
                  log().awaitBeyond(from, LONG);
                }
                return Duration.ofNanos(System.nanoTime() - before);
              });
      log().append(List.of(draft("e1", "a", "{}")));
      assertThat(woken.get()).isLessThan(LONG.dividedBy(2));
    }
  }

  @Test
  default void doesNotAwaitLongerThanAsked() throws Exception {
    var before = System.nanoTime();
    log().awaitBeyond(log().head(), Duration.ofMillis(50));
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  default void losesNothingWhenManyAppendAtOnce() throws Exception {
    var log = log();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var writer :
          IntStream.range(0, 8)
              .mapToObj(writer -> executor.submit(() -> appendOneByOne(log, writer)))
              .toList()) {
        writer.get();
      }
    }
    eventually().until(() -> readAll(log, 0, 50).size() >= 8 * 25 + 1);
    var ids = readAll(log, 0, 50).stream().map(LogEntry::id).toList();
    assertThat(ids).doesNotHaveDuplicates().hasSize(8 * 25 + 1);
  }

  private static List<LogEntry> appendOneByOne(EventLog log, int writer) {
    return IntStream.range(0, 25)
        .mapToObj(
            i ->
                log.append(
                        List.of(
                            draft("e" + writer + "-" + i, "k" + writer, "{}"),
                            draft("same", "k", "{}")))
                    .getFirst())
        .toList();
  }

  private static void assertSameJson(String actual, String expected) {
    var json = JsonMapper.builder().build();
    assertThat(json.readTree(actual)).isEqualTo(json.readTree(expected));
  }
}
