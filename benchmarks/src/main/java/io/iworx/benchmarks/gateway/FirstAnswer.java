package io.iworx.benchmarks.gateway;

import io.iworx.benchmarks.load.Contender;
import io.iworx.benchmarks.load.Stage;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code ./iworx gateway} from the start of the command to the first answer that came from a
 * service; the median of ten starts, after one that may build. Option: {@code program}.
 */
final class FirstAnswer implements Contender {
  private static final int STARTS = 10;
  private static final long PATIENCE = TimeUnit.MINUTES.toNanos(10);

  @Override
  public void run(Stage stage) throws Exception {
    int upstream = Upstream.start(stage);
    Path folder = Path.of(stage.option("folder"));
    double[] seconds = new double[STARTS];
    start(stage.option("program"), folder, upstream);
    for (int i = 0; i < STARTS; i++) {
      seconds[i] = start(stage.option("program"), folder, upstream);
    }
    Arrays.sort(seconds);
    stage.report("first", (seconds[STARTS / 2 - 1] + seconds[STARTS / 2]) / 2);
  }

  private static double start(String program, Path folder, int upstream)
      throws IOException, InterruptedException {
    int port = Child.freePort();
    Path config = folder.resolve("iworx.yaml");
    Files.writeString(
        config,
        """
        gateway:
          port: %d
        routes:
          - service: assets
            target: http://127.0.0.1:%d
            public: true
        """
            .formatted(port, upstream));
    long begin = System.nanoTime();
    try (Child _ =
        Child.start("iworx", List.of(program, "gateway", "--config", config.toString()), folder)) {
      while (!answers(port)) {
        if (System.nanoTime() - begin > PATIENCE) {
          throw new IllegalStateException("./iworx gateway does not answer.");
        }
        TimeUnit.MILLISECONDS.sleep(2);
      }
      return (System.nanoTime() - begin) / 1e9;
    }
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket
          .getOutputStream()
          .write(Loader.get("/api/assets/1", "").getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      return new String(in.readNBytes(12), StandardCharsets.US_ASCII).equals("HTTP/1.1 200");
    } catch (IOException e) {
      return false; // not yet
    }
  }
}
