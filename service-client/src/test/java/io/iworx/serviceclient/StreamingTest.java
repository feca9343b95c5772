package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.FailureKind.Permanent;
import io.iworx.correlation.FailureKind.Unknown;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are never held in memory, both ways. */
class StreamingTest {
  private static final ResponseType<Void> NOTHING = ResponseType.of(Void.class);
  private static final String OK = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n";
  private static final String CHUNK = "400\r\n" + "x".repeat(1024) + "\r\n";

  private static Failure<?> failed(Outcome<?> outcome) {
    assertThat(outcome).isInstanceOf(Failure.class);
    return (Failure<?>) outcome;
  }

  private static Call<Long> counting(String path) {
    return Call.get(
        path, ResponseType.streamed(body -> body.transferTo(OutputStream.nullOutputStream())));
  }

  /** Zeros without end, or as many as asked for. */
  private static InputStream zeros(long count) {
    return new InputStream() {
      private long left = count;

      @Override
      public int read() {
        return left-- > 0 ? 0 : -1;
      }

      @Override
      public int read(byte[] into, int from, int most) {
        if (left <= 0) {
          return -1;
        }
        var got = (int) Math.min(left, most);
        left -= got;
        return got;
      }
    };
  }

  @Test
  void anAnswerLargerThanTheLimitIsReadAsItArrivesAndItsConnectionKept() throws IOException {
    var chunks = 50_000;
    try (var server =
            RawServer.running(
                connection -> {
                  while (connection.read() != null) {
                    connection.write(OK + "transfer-encoding: chunked\r\n\r\n");
                    for (int i = 0; i < chunks; i++) {
                      connection.out().write(CHUNK.getBytes(StandardCharsets.US_ASCII));
                    }
                    connection.write("0\r\n\r\n");
                  }
                });
        var client =
            ServiceClient.create(
                "work-order-service",
                server.settings().withMaxResponseBytes(1000).withTimeout(Duration.ofSeconds(60)))) {
      assertThat(client.exchange(counting("/x")).orElseThrow()).isEqualTo(chunks * 1024L);
      assertThat(client.exchange(counting("/x")).orElseThrow()).isEqualTo(chunks * 1024L);
      assertThat(server.connections).hasValue(1);
    }
  }

  @Test
  void itIsReadWhileItStillComes() throws Exception {
    var seen = new CountDownLatch(1);
    try (var server =
            RawServer.running(
                connection -> {
                  connection.read();
                  connection.write(OK + "transfer-encoding: chunked\r\n\r\n1\r\na\r\n");
                  seen.await();
                  connection.write("1\r\nb\r\n0\r\n\r\n");
                });
        var client = server.client()) {
      var type =
          ResponseType.streamed(
              body -> {
                var first = (char) body.read();
                seen.countDown();
                return first + new String(body.readAllBytes(), StandardCharsets.US_ASCII);
              });
      assertThat(client.exchange(Call.get("/x", type)).orElseThrow()).isEqualTo("ab");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        OK + "content-length: 10\r\n\r\nabc",
        OK + "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
        OK + "transfer-encoding: chunked\r\n\r\n5\r\nabc",
      })
  void anAnswerThatBreaksOffIsNeverASuccessAndNotReadTwice(String bytes) throws IOException {
    var runs = new AtomicInteger();
    try (var server = RawServer.answering(bytes);
        var client = server.client()) {
      ResponseType.Reader<Integer> honest =
          body -> {
            runs.incrementAndGet();
            return body.readAllBytes().length;
          };
      ResponseType.Reader<Integer> quiet =
          body -> {
            try {
              return honest.read(body);
            } catch (IOException e) {
              return -1;
            }
          };
      for (var reader : java.util.List.of(honest, quiet)) {
        var failure = failed(client.exchange(Call.get("/x", ResponseType.streamed(reader))));
        assertThat(failure.kind()).isEqualTo(new Unknown());
        assertThat(failure.attempts()).isEqualTo(1);
      }
      assertThat(runs).hasValue(2);
    }
  }

  @Test
  void theReaderRunsForASuccessOnlySoThatErrorsStayReadable() throws IOException {
    try (var gateway = TestGateway.answering(404, "application/json", "{\"error\":\"no report\"}");
        var client = gateway.client()) {
      assertThat(failed(client.exchange(counting("/x"))).error()).isEqualTo("no report");
    }
    try (var server =
            RawServer.running(
                connection -> {
                  while (connection.read() != null) {
                    connection.write(
                        connection.server().requests.get() == 1
                            ? "HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n"
                            : OK + "content-length: 3\r\n\r\nabc");
                  }
                });
        var client = server.client()) {
      assertThat(client.exchange(counting("/x")).orElseThrow()).isEqualTo(3);
    }
  }

  @Test
  void theReadersOwnExceptionsReachTheCaller() throws IOException {
    try (var server = RawServer.answering(OK + "content-length: 3\r\n\r\nabc");
        var client = server.client()) {
      assertThatThrownBy(
              () ->
                  client.exchange(
                      Call.get(
                          "/x",
                          ResponseType.streamed(
                              _ -> {
                                throw new IOException("disk full");
                              }))))
          .isInstanceOf(UncheckedIOException.class)
          .hasRootCauseMessage("disk full");
      assertThatThrownBy(
              () ->
                  client.exchange(
                      Call.get(
                          "/x",
                          ResponseType.streamed(
                              _ -> {
                                throw new IllegalStateException("no");
                              }))))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("no");
    }
  }

  @Test
  void theContextIsInScopeOfTheReaderOnAnyThread() throws IOException {
    try (var server = RawServer.answering(OK + "content-length: 3\r\n\r\nabc");
        var client = server.client()) {
      var type =
          ResponseType.streamed(
              _ -> Correlation.current().map(Correlation::correlationId).orElse("none"));
      Correlation.of("c-1")
          .run(
              () ->
                  assertThat(client.exchange(Call.get("/x", type)).orElseThrow()).isEqualTo("c-1"));
    }
  }

  @Test
  void whatTheReaderLeavesIsNotWaitedFor() throws IOException {
    try (var server =
            RawServer.running(
                connection -> {
                  connection.read();
                  connection.write(OK + "transfer-encoding: chunked\r\n\r\n1\r\na\r\n");
                  connection.server().closing.await();
                });
        var client = server.client()) {
      var type = ResponseType.streamed(InputStream::read);
      assertThat(client.exchange(Call.get("/x", type)).orElseThrow()).isEqualTo('a');
      assertThat(client.exchange(Call.get("/x", type)).orElseThrow()).isEqualTo('a');
      assertThat(server.connections).hasValue(2);
    }
  }

  @Test
  void theDeadlineAndAnInterruptEndAStream() throws Exception {
    var reading = new CountDownLatch(1);
    try (var server =
            RawServer.running(
                connection -> {
                  connection.read();
                  connection.write(OK + "transfer-encoding: chunked\r\n\r\n1\r\na\r\n");
                  connection.server().closing.await();
                });
        var client = server.client()) {
      var late = failed(client.exchange(counting("/x").withTimeout(Duration.ofMillis(300))));
      assertThat(late.error()).contains("No answer came in time");
      assertThat(late.kind()).isEqualTo(new Unknown());
      var outcome = new AtomicReference<Outcome<?>>();
      var type =
          ResponseType.streamed(
              body -> {
                body.read();
                reading.countDown();
                return body.read();
              });
      var call = Call.get("/x", type).withTimeout(Duration.ofSeconds(60));
      var caller = Thread.ofVirtual().start(() -> outcome.set(client.exchange(call)));
      reading.await();
      caller.interrupt();
      caller.join();
      assertThat(failed(outcome.get()).error()).contains("interrupted");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 100_000_000})
  void aBodyIsSentAsItIsRead(long length) throws IOException {
    var size = 100_000_000L;
    var received = new AtomicReference<String>();
    var opened = new AtomicInteger();
    try (var gateway =
            TestGateway.streaming(
                (head, body) ->
                    received.set(head + " " + body.transferTo(OutputStream.nullOutputStream())));
        var client =
            ServiceClient.create(
                "work-order-service",
                ClientSettings.of(gateway.uri()).withTimeout(Duration.ofSeconds(60)))) {
      var body =
          new BodyStream(
              "application/pdf",
              length,
              () -> {
                opened.incrementAndGet();
                return zeros(size);
              });
      client.exchange(Call.post("/reports", body, NOTHING)).orElseThrow();
    }
    assertThat(received)
        .hasValue("application/pdf " + (length < 0 ? "chunked" : length) + " " + size);
    assertThat(opened).hasValue(1);
  }

  @Test
  void aFileIsOpenedAgainForEachAttemptAndClosed(@TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("report"), "content");
    var bodies = new java.util.concurrent.ConcurrentLinkedQueue<String>();
    var open = new AtomicInteger();
    try (var server =
            RawServer.running(
                connection -> {
                  for (var it = connection.read(); it != null; it = connection.read()) {
                    bodies.add(it.substring(it.indexOf("\r\n\r\n") + 4));
                    connection.write(
                        bodies.size() == 1
                            ? "HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n"
                            : OK + "content-length: 0\r\n\r\n");
                  }
                });
        var client = server.client()) {
      var plain = BodyStream.of("text/plain", file);
      var watched =
          new BodyStream(
              "text/plain",
              plain.length(),
              () -> {
                open.incrementAndGet();
                return new java.io.FilterInputStream(plain.source().open()) {
                  @Override
                  public void close() throws IOException {
                    open.decrementAndGet();
                    super.close();
                  }
                };
              });
      client.exchange(Call.put("/reports/1", watched, NOTHING)).orElseThrow();
    }
    assertThat(bodies).containsExactly("content", "content");
    assertThat(open).hasValue(0);
  }

  @Test
  @SuppressWarnings("InputStreamSlowMultibyteRead") // a byte at a time is what the test wants
  void aBodyThatCannotBeReadIsNeverACompleteRequest() throws IOException {
    var complete = new AtomicInteger();
    try (var gateway =
            TestGateway.streaming(
                (_, body) -> {
                  body.transferTo(OutputStream.nullOutputStream());
                  complete.incrementAndGet();
                });
        var client = gateway.client()) {
      var unopened =
          BodyStream.of(
              "text/plain",
              () -> {
                throw new IOException("gone");
              });
      var broken =
          BodyStream.of(
              "text/plain",
              () ->
                  new InputStream() {
                    private int left = 100_000;

                    @Override
                    public int read() throws IOException {
                      if (left-- <= 0) {
                        throw new IOException("gone");
                      }
                      return 0;
                    }
                  });
      var shorter = new BodyStream("text/plain", 10, () -> new ByteArrayInputStream(new byte[3]));
      var throwing =
          BodyStream.of(
              "text/plain",
              () ->
                  new InputStream() {
                    @Override
                    public int read() {
                      throw new IllegalArgumentException("no");
                    }
                  });
      assertThatThrownBy(() -> client.exchange(Call.put("/reports/1", throwing, NOTHING)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no");
      for (var body : java.util.List.of(unopened, broken, shorter)) {
        var failure = failed(client.exchange(Call.put("/reports/1", body, NOTHING)));
        assertThat(failure.kind()).isEqualTo(new Permanent());
        assertThat(failure.error()).contains("own body could not be read");
        assertThat(failure.attempts()).isEqualTo(1);
      }
      assertThat(complete).hasValue(0);
    }
  }
}
