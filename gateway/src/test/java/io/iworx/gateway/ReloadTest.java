package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A configuration that changes while the gateway works. */
final class ReloadTest {
  private static final String GET = "GET /api/open HTTP/1.1\r\nHost: g\r\n\r\n";

  @TempDir private Path folder;
  private final RecordingUpstream first = new RecordingUpstream();
  private final RecordingUpstream second = new RecordingUpstream();
  private final List<AutoCloseable> open = new ArrayList<>(List.of(first, second));

  @AfterEach
  void stop() throws Exception {
    for (var each : open.reversed()) {
      each.close();
    }
  }

  private static String yaml(RecordingUpstream target, String more) {
    return "gateway: {port: 0}\nroutes: [{service: open, public: true, target: \"%s\"}]\n%s"
        .formatted(target.url(), more);
  }

  private Gateway start(Path file) {
    var gateway = Gateway.start(GatewayConfig.load(file), new HopList());
    open.add(gateway);
    return gateway;
  }

  private ConfigWatch watch(Gateway gateway, Path file) {
    var watch = ConfigWatch.start(gateway, file, () -> GatewayConfig.load(file));
    open.add(watch);
    return watch;
  }

  private static void reaches(Gateway gateway, RecordingUpstream target) {
    var before = target.received().size();
    await()
        .until(
            () -> {
              assertThat(RawClient.ask(gateway, GET).status()).isEqualTo(200);
              return target.received().size() > before;
            });
  }

  @Test
  void aChangedFileIsFollowedAndABadOneIsNot() throws Exception {
    var file = Files.writeString(folder.resolve("iworx.yaml"), yaml(first, ""));
    var gateway = start(file);
    var watch = watch(gateway, file);
    reaches(gateway, first);
    Files.writeString(file, yaml(second, ""));
    reaches(gateway, second);

    Files.writeString(file, "routes: [{service: open, targget: x}]");
    assertThatThrownBy(watch::reload)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("iworx.yaml:1: routes[0].targget is not known here");
    assertThat(RawClient.ask(gateway, GET).status()).isEqualTo(200);

    Files.delete(file);
    assertThatThrownBy(watch::reload).hasMessageContaining("no such file");
    reaches(gateway, second);
  }

  @Test
  void aLinkSetAnewIsAChange() throws Exception {
    var one = Files.writeString(folder.resolve("one.yaml"), yaml(first, ""));
    var two = Files.writeString(folder.resolve("two.yaml"), yaml(second, ""));
    var link = Files.createSymbolicLink(folder.resolve("iworx.yaml"), one);
    var gateway = start(link);
    watch(gateway, link);
    reaches(gateway, first);
    var other = Files.createSymbolicLink(folder.resolve("next.yaml"), two);
    Files.move(other, link, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    reaches(gateway, second);
  }

  @Test
  void aFileThatIsTouchedButTheSameIsNoChange() throws Exception {
    var file = Files.writeString(folder.resolve("iworx.yaml"), yaml(first, ""));
    var gateway = start(file);
    var reads = new AtomicInteger();
    open.add(
        ConfigWatch.start(
            gateway,
            file,
            () -> {
              reads.incrementAndGet();
              return GatewayConfig.load(file);
            }));
    Files.writeString(file, yaml(first, ""));
    Files.writeString(folder.resolve("x"), yaml(second, ""));
    Files.move(folder.resolve("x"), file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    await().until(() -> reads.get() == 1); // the second change, and only that
  }

  @Test
  void whatNeedsARestartIsRefusedAndNothingElseTakenOver() throws Exception {
    var file = Files.writeString(folder.resolve("iworx.yaml"), yaml(first, ""));
    var gateway = start(file);
    for (var more :
        List.of(
            yaml(second, "").replace("port: 0", "port: 1"),
            yaml(second, "limits: {max-uri: 4KiB}"))) {
      var config = GatewayConfig.parse(more, "iworx.yaml");
      assertThatThrownBy(() -> gateway.reconfigure(config))
          .isInstanceOf(GatewayException.class)
          .hasMessageContaining("needs a restart");
    }
    assertThat(RawClient.ask(gateway, GET).status()).isEqualTo(200);
    assertThat(second.received()).isEmpty();
  }

  @Test
  void aTargetThatStaysKeepsItsConnections() throws Exception {
    var file = Files.writeString(folder.resolve("iworx.yaml"), yaml(first, ""));
    var gateway = start(file);
    try (var client = new RawClient(gateway.address())) {
      assertThat(client.send(GET).answer().status()).isEqualTo(200);
      for (int i = 0; i < 5; i++) {
        var more = "cors: {origins: [\"http://a%d.example\"]}".formatted(i);
        gateway.reconfigure(GatewayConfig.parse(yaml(first, more), "iworx.yaml"));
        assertThat(client.send(GET).answer().status()).isEqualTo(200);
      }
      assertThat(first.connections()).isEqualTo(1);
      gateway.reconfigure(GatewayConfig.parse(yaml(second, ""), "iworx.yaml"));
      assertThat(client.send(GET).answer().status()).isEqualTo(200);
      assertThat(second.received()).hasSize(1);
    }
  }

  @Test
  void aNewSecretIsTakenOver() throws Exception {
    var config =
        GatewayConfig.of(List.of(Route.of("open", first.url())))
            .withPort(0)
            .withAuth(Auth.hs256("another-secret-of-more-than-32-bytes-000"));
    var gateway = Gateway.start(config, new HopList());
    open.add(gateway);
    var request =
        GET.replace(
            "Host: g\r\n", "Host: g\r\nAuthorization: Bearer " + Minted.user("u", "o") + "\r\n");
    assertThat(RawClient.ask(gateway, request).status()).isEqualTo(401);
    gateway.reconfigure(config.withAuth(Auth.hs256(Minted.SECRET)));
    assertThat(RawClient.ask(gateway, request).status()).isEqualTo(200);
  }

  @Test
  void reloadsUnderLoadFailNoRequest() throws Exception {
    var file = Files.writeString(folder.resolve("iworx.yaml"), yaml(first, ""));
    var gateway = start(file);
    var failed = new AtomicInteger();
    var done = new AtomicInteger();
    var enough = new AtomicBoolean();
    var stopped = new CountDownLatch(4);
    for (int i = 0; i < 4; i++) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (var client = new RawClient(gateway.address())) {
                  while (!enough.get()) {
                    failed.addAndGet(client.send(GET).answer().status() == 200 ? 0 : 1);
                    done.incrementAndGet();
                  }
                } catch (Exception e) {
                  failed.incrementAndGet();
                } finally {
                  stopped.countDown();
                }
              });
    }
    for (int i = 0; i < 100; i++) {
      var seen = done.get();
      gateway.reconfigure(GatewayConfig.parse(yaml(i % 2 == 0 ? second : first, ""), "iworx.yaml"));
      await().until(() -> done.get() > seen);
    }
    enough.set(true);
    stopped.await();
    assertThat(failed).hasValue(0);
    assertThat(first.received()).isNotEmpty();
    assertThat(second.received()).isNotEmpty();
  }
}
