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
import io.netty.handler.codec.http.HttpScheme;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The same request over kept connections, from one event loop: as fast as answers come ({@link
 * #saturate}), or at a constant rate whatever comes back ({@link #pace}).
 */
final class Loader implements AutoCloseable {
  private final MultiThreadIoEventLoopGroup group;
  private final EventLoop loop;
  private final ArrayDeque<Lane> idle = new ArrayDeque<>();
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

  /** Opens connections that send these bytes of HTTP/1.1. */
  static Loader open(int port, int connections, String request) throws InterruptedException {
    Loader loader = new Loader();
    ByteBuf bytes = bytes(request);
    loader.connect(port, connections, channel -> List.of(loader.http1(channel, bytes)));
    return loader;
  }

  /** Opens connections that ask for a path, as the wire says. */
  static Loader open(int port, Wire wire, String path, Path folder) throws Exception {
    Loader loader = new Loader();
    SslContext tls = wire.encrypted() ? wire.client(SelfSigned.in(folder).chain()) : null;
    ByteBuf bytes = bytes(get(path, ""));
    Http2Headers fields =
        LoadStreams.get(path, wire.encrypted() ? HttpScheme.HTTPS : HttpScheme.HTTP);
    List<Channel> channels =
        loader.connect(
            port,
            wire.connections(),
            channel -> {
              if (tls != null) {
                channel.pipeline().addLast(tls.newHandler(channel.alloc(), "127.0.0.1", port));
              }
              return wire.http2()
                  ? LoadStreams.on(channel, loader, fields, wire.streams())
                  : List.of(loader.http1(channel, bytes));
            });
    if (tls != null) {
      for (Channel channel : channels) {
        SslHandler handler = channel.pipeline().get(SslHandler.class);
        handler.handshakeFuture().sync();
        wire.check(handler);
      }
    }
    return loader;
  }

  private static ByteBuf bytes(String request) {
    return Unpooled.unreleasableBuffer(
        Unpooled.directBuffer().writeBytes(request.getBytes(StandardCharsets.US_ASCII)));
  }

  private Lane http1(Channel channel, ByteBuf request) {
    LoadConnection connection = new LoadConnection(this, channel, request);
    channel.pipeline().addLast(connection);
    return connection;
  }

  private List<Channel> connect(int port, int connections, Function<Channel, List<Lane>> lanes)
      throws InterruptedException {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(Sockets.best().channel())
            .option(ChannelOption.TCP_NODELAY, true)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    idle.addAll(lanes.apply(channel));
                  }
                });
    List<Channel> channels = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      channels.add(bootstrap.connect(InetAddress.getLoopbackAddress(), port).sync().channel());
    }
    return channels;
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
          for (Lane it = idle.poll(); it != null; it = idle.poll()) {
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
      Lane lane = idle.poll();
      if (lane == null) {
        waiting.add(due);
      } else {
        send(lane, due);
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

  private void send(Lane lane, long due) {
    underWay++;
    lane.send(due);
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

  void answered(Lane lane, boolean right, long due) {
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
      send(lane, late);
    } else if (closed && sending) {
      send(lane, System.nanoTime());
    } else {
      idle.add(lane);
      finishWhenQuiet();
    }
  }

  /** A lane broke; with a request under way that one failed. */
  void broken(Lane lane, boolean underWayThere) {
    idle.remove(lane);
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
