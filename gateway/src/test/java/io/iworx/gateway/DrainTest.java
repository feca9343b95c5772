package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Starting where it cannot, stopping while it works, and new routes while it works. */
final class DrainTest {
  private static final String GET = "GET /api/open HTTP/1.1\r\nHost: g\r\n\r\n";

  private static GatewayConfig config(RecordingUpstream upstream) {
    return GatewayConfig.of(List.of(Route.of("open", upstream.url()).withPublicAccess(true)))
        .withPort(0);
  }

  @Test
  void finishesWhatIsUnderWay() throws Exception {
    var asked = new CountDownLatch(1);
    var answer = new CountDownLatch(1);
    try (var upstream =
            new RecordingUpstream()
                .answering(
                    (_, out, _) -> {
                      asked.countDown();
                      answer.await();
                      out.write(RecordingUpstream.bytes(RecordingUpstream.OK));
                    });
        var gateway = Gateway.start(config(upstream), new HopList());
        var busy = new RawClient(gateway.address());
        var idle = new RawClient(gateway.address())) {
      busy.send(GET);
      asked.await();
      var closing = Thread.ofVirtual().start(gateway::close);
      assertThat(idle.isClosed()).isTrue();
      assertThatThrownBy(() -> new RawClient(gateway.address()).close())
          .isInstanceOf(Exception.class);
      answer.countDown();
      var last = busy.answer();
      assertThat(last.status()).isEqualTo(200);
      assertThat(last.header("connection")).isEqualTo("close");
      closing.join();
    }
  }

  @Test
  void waitsForNobodyBeyondTheDrainTimeout() throws Exception {
    var asked = new CountDownLatch(1);
    var never = new CountDownLatch(1);
    try (var upstream =
        new RecordingUpstream()
            .answering(
                (_, _, _) -> {
                  asked.countDown();
                  never.await();
                })) {
      var config =
          config(upstream).withLimits(Limits.DEFAULT.withDrainTimeout(Duration.ofMillis(200)));
      var gateway = Gateway.start(config, new HopList());
      try (var client = new RawClient(gateway.address())) {
        client.send(GET);
        asked.await();
        gateway.close();
        assertThat(client.isClosed()).isTrue();
      }
      never.countDown();
    }
  }

  @Test
  void saysThatThePortIsTaken() throws Exception {
    try (var taken = new ServerSocket(0);
        var upstream = new RecordingUpstream()) {
      var port = taken.getLocalPort();
      assertThatThrownBy(
              () ->
                  Gateway.start(config(upstream).withHost("0.0.0.0").withPort(port), new HopList()))
          .isInstanceOf(GatewayException.class)
          .hasMessageContaining(":" + port);
    }
  }

  @Test
  void newRoutesServeTheNextRequestOnTheSameConnection() throws Exception {
    try (var first = new RecordingUpstream();
        var second = new RecordingUpstream();
        var gateway = Gateway.start(config(first), new HopList());
        var client = new RawClient(gateway.address())) {
      assertThat(client.send(GET).answer().status()).isEqualTo(200);
      gateway.reconfigure(config(second));
      assertThat(client.send(GET).answer().status()).isEqualTo(200);
      assertThat(first.received()).hasSize(1);
      assertThat(second.received()).hasSize(1);
    }
  }

  @Test
  void aClientThatLeavesFreesTheService() throws Exception {
    var asked = new CountDownLatch(1);
    var left = new CountDownLatch(1);
    var hops = new HopList();
    try (var upstream =
            new RecordingUpstream()
                .answering(
                    (_, _, socket) -> {
                      asked.countDown();
                      if (socket.getInputStream().read() < 0) {
                        left.countDown();
                      }
                    });
        var gateway = Gateway.start(config(upstream), hops)) {
      try (var client = new RawClient(gateway.address())) {
        client.send(GET);
        asked.await();
      }
      left.await();
      assertThat(hops.next().detail()).isEqualTo("499, the client left");
    }
  }
}
