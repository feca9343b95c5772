package io.iworx.benchmarks.gateway;

import io.iworx.benchmarks.load.Latencies;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The same request over kept connections, from one event loop: as fast as answers come ({@link
 * #saturate}), or at a constant rate whatever comes back ({@link #pace}).
 */
final class Loader implements AutoCloseable {
  private final MultiThreadIoEventLoopGroup group;
  private final EventLoop loop;
  private final ArrayDeque<LoadConnection> idle = new ArrayDeque<>();
  private final ArrayDeque<Long> waiting = new ArrayDeque<>();

  // Of the stretch under way; touched on the loop only.
  private boolean closed;
  private boolean sending;
  private int underWay;
  private long answers;
  private long failures;
  private Latencies latencies = new Latencies();
  private CompletableFuture<Load> done = new CompletableFuture<>();

  private Loader() {
    this.group = new MultiThreadIoEventLoopGroup(1, Sockets.best().handlers());
    this.loop = group.next();
  }

  /** Opens the connections. */
  static Loader open(int port, int connections, String request) throws InterruptedException {
    Loader loader = new Loader();
    ByteBuf bytes =
        Unpooled.unreleasableBuffer(
            Unpooled.directBuffer().writeBytes(request.getBytes(StandardCharsets.US_ASCII)));
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loader.loop)
            .channel(Sockets.best().channel())
            .option(ChannelOption.TCP_NODELAY, true)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new LoadConnection(loader, channel, bytes));
                  }
                });
    for (int i = 0; i < connections; i++) {
      Channel channel = bootstrap.connect(InetAddress.getLoopbackAddress(), port).sync().channel();
      LoadConnection connection = channel.pipeline().get(LoadConnection.class);
      loader.loop.execute(() -> loader.idle.add(connection));
    }
    return loader;
  }

  /** A GET with the headers of an ordinary client, and what else is given, each line with CRLF. */
  static String get(String path, String more) {
    return "GET "
        + path
        + " HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: benchmark/1\r\naccept: application/json\r\n"
        + more
        + "\r\n";
  }

  /** Every connection sends its next request when it has the answer to the last. */
  Load saturate(Duration time) throws Exception {
    begin(
        time,
        () -> {
          closed = true;
          for (LoadConnection it = idle.poll(); it != null; it = idle.poll()) {
            send(it, System.nanoTime());
          }
        });
    return done.get();
  }

  /** A request is due at every interval; one that finds no idle connection waits for one. */
  Load pace(double perSecond, Duration time) throws Exception {
    long interval = Math.round(1e9 / perSecond);
    begin(
        time,
        () -> {
          closed = false;
          sendDue(System.nanoTime(), interval);
        });
    return done.get();
  }

  private void begin(Duration time, Runnable first) {
    done = new CompletableFuture<>();
    loop.execute(
        () -> {
          answers = 0;
          failures = 0;
          latencies = new Latencies();
          sending = true;
          var _ = loop.schedule(this::end, time.toNanos(), TimeUnit.NANOSECONDS);
          first.run();
        });
  }

  private void sendDue(long next, long interval) {
    long due = next;
    while (sending && due - System.nanoTime() <= 0) {
      LoadConnection connection = idle.poll();
      if (connection == null) {
        waiting.add(due);
      } else {
        send(connection, due);
      }
      due += interval;
    }
    if (sending) {
      long later = due;
      var _ =
          loop.schedule(
              () -> sendDue(later, interval), due - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
  }

  private void send(LoadConnection connection, long due) {
    underWay++;
    connection.send(due);
  }

  private void end() {
    sending = false;
    finishWhenQuiet();
  }

  private void finishWhenQuiet() {
    if (!sending && underWay == 0 && waiting.isEmpty()) {
      done.complete(new Load(answers, failures, latencies));
    }
  }

  void answered(LoadConnection connection, boolean right, long due) {
    underWay--;
    if (right) {
      answers++;
      if (!closed) {
        latencies.add(System.nanoTime() - due);
      }
    } else {
      failures++;
    }
    Long late = waiting.poll();
    if (late != null) {
      send(connection, late);
    } else if (closed && sending) {
      send(connection, System.nanoTime());
    } else {
      idle.add(connection);
      finishWhenQuiet();
    }
  }

  /** A connection broke; with a request under way that one failed. */
  void broken(LoadConnection connection, boolean underWayThere) {
    idle.remove(connection);
    if (underWayThere) {
      underWay--;
      failures++;
      finishWhenQuiet();
    }
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
