package io.iworx.benchmarks.gateway;

import io.iworx.benchmarks.load.Contender;
import io.iworx.benchmarks.load.Stage;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The one service behind every proxy: answers each request without a body with the same bytes, as
 * cheaply as Netty can. {@code /large} is 1 MB, {@code /stream} a piece every second without end,
 * everything else 1 KB of JSON.
 */
public final class Upstream implements Contender {
  /** Bytes of an ordinary answer's body. */
  public static final int SMALL = 1_024;

  static final int LARGE = 1 << 20;

  private static final long PIECE_SECONDS = 1;

  Upstream() {}

  /** Starts one in a process below this one: its port on 127.0.0.1. */
  public static int start(Stage stage) throws IOException, InterruptedException {
    return Child.contender(stage, "upstream", Proxied.ONE_LOOP, List.of()).port();
  }

  @Override
  public void run(Stage stage) throws Exception {
    Sockets sockets = Sockets.best();
    ByteBuf small = answer(SMALL);
    ByteBuf large = answer(LARGE);
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(new MultiThreadIoEventLoopGroup(1, sockets.handlers()))
            .channel(sockets.server())
            .option(ChannelOption.SO_BACKLOG, 1_024)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Answering(small, large));
                  }
                });
    Channel server = bootstrap.bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
    stage.report("port", ((InetSocketAddress) server.localAddress()).getPort());
    Thread.currentThread().join(); // until nobody listens any more
  }

  private static ByteBuf answer(int length) {
    byte[] head =
        ("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
                + length
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] body = new byte[length];
    java.util.Arrays.fill(body, (byte) 'x');
    byte[] begin = "{\"text\":\"".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(begin, 0, body, 0, begin.length);
    body[length - 2] = '"';
    body[length - 1] = '}';
    return Unpooled.unreleasableBuffer(
        Unpooled.directBuffer(head.length + length).writeBytes(head).writeBytes(body));
  }

  /** One connection; a request is over where its header is. */
  @SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel
  private static final class Answering extends ChannelInboundHandlerAdapter {
    private static final int END = 0x0d0a0d0a;
    private static final ByteBuf STREAM_HEAD =
        Unpooled.unreleasableBuffer(
            Unpooled.directBuffer()
                .writeBytes(
                    "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII)));
    private static final ByteBuf PIECE =
        Unpooled.unreleasableBuffer(
            Unpooled.directBuffer()
                .writeBytes(
                    ("40\r\n" + "x".repeat(64) + "\r\n").getBytes(StandardCharsets.US_ASCII)));

    private final ByteBuf small;
    private final ByteBuf large;
    private int last;
    private int position;
    private byte kind;

    Answering(ByteBuf small, ByteBuf large) {
      this.small = small;
      this.large = large;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      while (bytes.isReadable()) {
        byte next = bytes.readByte();
        // The fifth letter of the request line "GET /x".
        if (position++ == 5) {
          kind = next;
        }
        last = last << 8 | (next & 0xff);
        if (last == END) {
          position = 0;
          answer(ctx);
        }
      }
      bytes.release();
    }

    private void answer(ChannelHandlerContext ctx) {
      switch (kind) {
        case 'l' -> ctx.write(large.duplicate());
        case 's' -> {
          ctx.write(STREAM_HEAD.duplicate());
          ctx.executor().schedule(() -> piece(ctx), PIECE_SECONDS, TimeUnit.SECONDS);
        }
        default -> ctx.write(small.duplicate());
      }
    }

    private static void piece(ChannelHandlerContext ctx) {
      if (ctx.channel().isActive()) {
        ctx.writeAndFlush(PIECE.duplicate());
        ctx.executor().schedule(() -> piece(ctx), PIECE_SECONDS, TimeUnit.SECONDS);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      ctx.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
