package io.iworx.benchmarks.gateway;

import io.iworx.benchmarks.load.Contender;
import io.iworx.benchmarks.load.Stage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Many connections that have had one answer, or begin of one, and stay open; reports the resident
 * memory of the proxy. Options: {@code connections}, and the {@code path} asked for.
 */
final class Holding implements Contender {
  private static final int HEAD = 4_096;

  @Override
  public void run(Stage stage) throws Exception {
    Proxied proxied = Proxied.start(stage);
    byte[] request =
        Loader.get("/api/assets/" + stage.option("path"), "").getBytes(StandardCharsets.US_ASCII);
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), proxied.port());
    List<SocketChannel> held = new ArrayList<>();
    for (int i = 0; i < stage.number("connections"); i++) {
      held.add(ask(address, request));
    }
    java.util.concurrent.TimeUnit.NANOSECONDS.sleep(stage.seconds().toNanos());
    stage.report("resident", residentMegabytes(proxied.pid()));
    for (SocketChannel channel : held) {
      channel.close();
    }
  }

  private static SocketChannel ask(InetSocketAddress address, byte[] request) throws IOException {
    SocketChannel channel = SocketChannel.open(address);
    channel.write(ByteBuffer.wrap(request));
    ByteBuffer head = ByteBuffer.allocate(HEAD);
    channel.read(head);
    String begin = new String(head.array(), 0, head.position(), StandardCharsets.ISO_8859_1);
    if (!begin.startsWith("HTTP/1.1 200")) {
      throw new IllegalStateException("The answer begins with " + begin);
    }
    return channel;
  }

  private static double residentMegabytes(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1_024.0;
      }
    }
    throw new IllegalStateException("There is no resident memory of process " + pid + ".");
  }
}
