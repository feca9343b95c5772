package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** More requests than a target has connections: so many wait, the others are refused. */
final class PendingTest {
  private static final String GET = "GET /api/open HTTP/1.1\r\nHost: g\r\n\r\n";

  private final Semaphore answers = new Semaphore(0);
  private final RecordingUpstream upstream =
      new RecordingUpstream()
          .answering(
              (_, out, _) -> {
                answers.acquire();
                out.write(RecordingUpstream.bytes(RecordingUpstream.OK));
              });
  private final List<RawClient> clients = new ArrayList<>();
  private final Gateway gateway =
      Gateway.start(
          GatewayConfig.of(
                  List.of(
                      Route.of("open", upstream.url())
                          .withPublicAccess(true)
                          .withUpstream(UpstreamOptions.DEFAULT.withConnections(2, 3))))
              .withPort(0),
          new HopList());

  @AfterEach
  void stop() throws Exception {
    answers.release(1000);
    for (var client : clients) {
      client.close();
    }
    gateway.close();
    upstream.close();
  }

  private RawClient ask() throws Exception {
    var client = new RawClient(gateway.address());
    clients.add(client);
    return client.send(GET);
  }

  @Test
  void soManyWaitAndTheNextIsRefusedWithoutBeingSent() throws Exception {
    for (int i = 0; i < 6; i++) {
      ask();
    }
    var refused = new ArrayList<RawClient.Answer>();
    // Five are taken, in whatever order they come, and one is refused at once.
    for (var client : clients) {
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  var answer = client.answer();
                  synchronized (refused) {
                    refused.add(answer);
                  }
                } catch (Exception e) {
                  // the assertions below miss it
                }
              });
    }
    await().until(() -> !refused.isEmpty());
    var first = refused.getFirst();
    assertThat(first.status()).isEqualTo(503);
    assertThat(first.header("retry-after")).isEqualTo("1");
    assertThat(first.body()).contains("Too many requests wait", "\"service\":\"open\"");
    await().until(() -> upstream.received().size() == 2);
    assertThat(upstream.connections()).isEqualTo(2);

    answers.release(5);
    await()
        .until(
            () -> {
              synchronized (refused) {
                return refused.size() == 6;
              }
            });
    assertThat(refused).filteredOn(it -> it.status() == 200).hasSize(5);
    assertThat(upstream.received()).hasSize(5);
  }

  @Test
  void whoLeavesWhileWaitingMakesRoom() throws Exception {
    for (int i = 0; i < 2; i++) {
      ask();
    }
    await().until(() -> upstream.received().size() == 2);
    for (int round = 0; round < 10; round++) {
      var waiting = List.of(ask(), ask(), ask());
      for (var client : waiting) {
        client.close();
      }
      // The gateway learns of it in its own time; a place that were lost would never be there
      // again.
      await()
          .until(
              () -> {
                try (var probe = new RawClient(gateway.address())) {
                  probe.send("GET /health HTTP/1.1\r\nHost: g\r\n\r\n");
                  return probe.answer().status() == 200;
                }
              });
    }
    var last = ask();
    answers.release(3);
    assertThat(last.answer().status()).isEqualTo(200);
  }
}
