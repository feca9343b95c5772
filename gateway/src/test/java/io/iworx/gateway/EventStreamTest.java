package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers that go on and on, such as server-sent events. */
final class EventStreamTest {
  private static final String HEAD =
      "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
  private static final String GET = "GET /api/open HTTP/1.1\r\nHost: g\r\n\r\n";
  private static final int STREAMS = 200;

  private final HopList hops = new HopList();
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private final CountDownLatch left = new CountDownLatch(1);
  private final RecordingUpstream upstream =
      new RecordingUpstream()
          .answering(
              (_, out, socket) -> {
                out.write(RecordingUpstream.bytes(HEAD));
                out.flush();
                Thread.ofVirtual()
                    .start(
                        () -> {
                          try {
                            if (socket.getInputStream().read() < 0) {
                              left.countDown();
                            }
                          } catch (IOException e) {
                            left.countDown();
                          }
                        });
                for (var event = events.take(); !event.isEmpty(); event = events.take()) {
                  send(out, event);
                }
                socket.close();
              });

  @SuppressWarnings("NullAway.Init") // each test starts its own
  private Gateway gateway;

  private static void send(OutputStream out, String event) throws IOException {
    out.write(
        RecordingUpstream.bytes(Integer.toHexString(event.length()) + "\r\n" + event + "\r\n"));
    out.flush();
  }

  private void start(Duration timeout, Duration idle) {
    gateway =
        Gateway.start(
            GatewayConfig.of(
                    List.of(
                        Route.of("open", upstream.url())
                            .withPublicAccess(true)
                            .withTimeout(timeout)
                            .withIdleTimeout(idle)))
                .withPort(0),
            hops);
  }

  private RawClient stream(Duration timeout, Duration idle) throws Exception {
    start(timeout, idle);
    var client = new RawClient(gateway.address());
    client.send(GET);
    while (!RecordingUpstream.line(client.in()).isEmpty()) {
      // the head
    }
    return client;
  }

  private static String event(RawClient client) throws IOException {
    RecordingUpstream.line(client.in()); // the chunk's size
    var event = RecordingUpstream.line(client.in());
    RecordingUpstream.line(client.in());
    return event;
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  @Test
  void eachEventArrivesAtOnceAndSilenceLongerThanTheTimeoutCutsNothing() throws Exception {
    try (var client = stream(Duration.ofMillis(200), Duration.ofSeconds(30))) {
      for (var event : List.of("one", "two")) {
        // Nothing comes for far longer than an answer may take to begin.
        client.patience(Duration.ofMillis(600));
        assertThatThrownBy(() -> client.in().read()).isInstanceOf(SocketTimeoutException.class);
        client.patience(Duration.ofSeconds(10));
        events.add(event + "\n");
        assertThat(event(client)).isEqualTo(event);
      }
    }
    assertThat(left.await(10, TimeUnit.SECONDS)).isTrue(); // the client's leaving ends it
    assertThat(hops.next().detail()).isEqualTo("200, the client left");
  }

  @Test
  void aStreamThatIsSilentForTheIdleTimeoutIsCutOff() throws Exception {
    try (var client = stream(Duration.ofSeconds(30), Duration.ofMillis(300))) {
      events.add("one\n");
      assertThat(event(client)).isEqualTo("one");
      assertThat(client.isClosed()).isTrue();
    }
    assertThat(left.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(hops.next().detail()).isEqualTo("200, too slow");
  }

  /** Streams side by side hold no more than what is on its way: each event is gone once sent. */
  @Test
  void manyStreamsRunSideBySideInLittleMemory() throws Exception {
    var all = new CyclicBarrier(STREAMS);
    upstream.answering(
        (_, out, _) -> {
          out.write(RecordingUpstream.bytes(HEAD));
          for (int i = 0; i < 50; i++) {
            all.await();
            send(out, "x".repeat(4096) + "\n");
          }
          out.write(RecordingUpstream.bytes("0\r\n\r\n"));
          out.flush();
        });
    var clients = new ArrayList<RawClient>();
    start(Duration.ofSeconds(30), Duration.ofSeconds(30));
    try {
      for (int i = 0; i < STREAMS; i++) {
        clients.add(new RawClient(gateway.address()));
        clients.getLast().send(GET);
      }
      for (var client : clients) {
        assertThat(client.answer().body()).hasSize(50 * 4097);
      }
      var metric = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
      assertThat(metric.usedDirectMemory() + metric.usedHeapMemory()).isLessThan(128L << 20);
    } finally {
      for (var client : clients) {
        client.close();
      }
    }
  }
}
