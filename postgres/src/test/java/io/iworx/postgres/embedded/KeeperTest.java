package io.iworx.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeeperTest {

  @Test
  void watchingHoldsNoCarrierOfVirtualThreadsAndEndsWithTheServer(@TempDir Path folder)
      throws Exception {
    var gone = new CountDownLatch(1);
    var keeper = Keeper.start(List.of("/bin/sleep", "0.2"), folder.resolve("server.log"));
    var watch = keeper.whenGone(gone::countDown);
    assertThat(watch.isVirtual()).isFalse();
    assertThat(watch.isDaemon()).isTrue();
    assertThat(gone.await(30, TimeUnit.SECONDS)).isTrue();
  }
}
