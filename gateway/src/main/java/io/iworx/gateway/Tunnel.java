package io.iworx.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An open WebSocket: bytes both ways, as they are. When one side takes no more, the other is not
 * read. Ends when a side does, when nothing came for long, when the token it was opened with
 * expires, and when the gateway has drained for as long as it may; in those cases both get a close
 * frame, unless a frame is half through. All runs on the event loop of the client's connection.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails closes the channel: channelInactive tells
final class Tunnel {
  private static final int GOING_AWAY = 1001;
  private static final int POLICY_VIOLATION = 1008;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Exchange exchange;
  private final Core core;
  private final Side client;
  private final Side upstream;
  private final Runnable ended;
  private final long idleNanos;
  private final long expires;
  private long lastBytes = System.nanoTime();
  private boolean over;

  /** Calls {@code ended} once, when nothing goes through any more; closing the client is its. */
  Tunnel(Exchange exchange, Core core, Runnable ended) {
    this.exchange = exchange;
    this.core = core;
    this.client = new Side(false);
    this.upstream = new Side(true);
    this.ended = ended;
    this.idleNanos = exchange.route().idle().toNanos();
    var until = exchange.authenticatedUntil();
    this.expires =
        until == null
            ? Long.MAX_VALUE
            : lastBytes + Duration.between(core.clock.instant(), until).toNanos();
  }

  /** Gives the client its answer and takes both connections over. */
  void open(HttpResponse answer, ClientStream to, UpstreamStream from) {
    var headers = answer.headers();
    exchange.answering(answer.status().code());
    core.clientHead().forward(answer.status().code(), headers, exchange);
    WebSocketHandshake.ask(headers);
    var first =
        to.upgrade(
            new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                answer.status(),
                Unpooled.EMPTY_BUFFER,
                headers,
                EmptyHttpHeaders.INSTANCE),
            client);
    from.become(upstream);
    if (first != null) {
      client.pass(first);
      upstream.channel().flush();
    }
  }

  void tick(long now) {
    if (core.drainedLongEnough()) {
      end(GOING_AWAY, "the gateway closes");
    } else if (expires != Long.MAX_VALUE && now - expires >= 0) {
      end(POLICY_VIOLATION, "the token expired");
    } else if (now - lastBytes >= idleNanos) {
      end(GOING_AWAY, "idle");
    }
  }

  private void end(int code, String how) {
    if (upstream.frames.isBetweenFrames()) {
      client.channel().writeAndFlush(closeFrame(code, how, false));
    }
    if (client.frames.isBetweenFrames()) {
      upstream.channel().writeAndFlush(closeFrame(code, how, true));
    }
    over(how);
  }

  private void over(String how) {
    if (!over) {
      over = true;
      exchange.ended(how);
      upstream.channel().close();
      ended.run();
    }
  }

  /** A close frame (RFC 6455 §5.5.1); masked, as frames to a server are. */
  static ByteBuf closeFrame(int code, String reason, boolean masked) {
    var text = reason.getBytes(StandardCharsets.US_ASCII);
    var frame = Unpooled.buffer(8 + text.length);
    frame.writeByte(0x88).writeByte((masked ? 0x80 : 0) | (2 + text.length));
    var mask = new byte[4];
    if (masked) {
      RANDOM.nextBytes(mask);
      frame.writeBytes(mask);
    }
    var payload = Unpooled.buffer(2 + text.length).writeShort(code).writeBytes(text);
    for (int i = 0; payload.isReadable(); i++) {
      frame.writeByte(payload.readByte() ^ mask[i & 3]);
    }
    return frame;
  }

  /** What one side sends, and how it goes to the other. */
  private final class Side extends ChannelInboundHandlerAdapter {
    private final boolean isUpstream;
    private final FrameBoundary frames = new FrameBoundary();
    private @Nullable Channel channel;

    Side(boolean isUpstream) {
      this.isUpstream = isUpstream;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      channel = ctx.channel();
      ctx.channel().config().setAutoRead(true); // much may have come with the request
    }

    Channel channel() {
      return Objects.requireNonNull(channel, "the tunnel has begun");
    }

    private Channel other() {
      return (isUpstream ? client : upstream).channel();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (over || !(message instanceof ByteBuf bytes)) {
        ctx.fireChannelRead(message);
      } else {
        pass(bytes);
      }
    }

    void pass(ByteBuf bytes) {
      lastBytes = System.nanoTime();
      frames.pass(bytes);
      if (isUpstream) {
        exchange.sent(bytes.readableBytes());
      } else {
        exchange.received(bytes.readableBytes());
      }
      other().write(bytes);
      if (!other().isWritable()) {
        channel().config().setAutoRead(false);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      if (!over) {
        other().flush();
      }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      if (!over && ctx.channel().isWritable()) {
        other().config().setAutoRead(true);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      over(isUpstream ? "closed by the service" : "closed by the client");
      ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close(); // channelInactive tells
    }
  }
}
