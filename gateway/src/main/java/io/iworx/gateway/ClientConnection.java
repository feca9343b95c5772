package io.iworx.gateway;

import io.iworx.correlation.Uuid7;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection that speaks HTTP/1.1: its requests one after the other, each with its
 * deadline, and its end. What an exchange sees of it is its {@link Http1ClientStream}. All methods
 * run on its event loop.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails closes the channel: channelInactive tells
final class ClientConnection extends ChannelInboundHandlerAdapter
    implements RequestDecoder.Listener, Loop.Timed {
  private static final Logger log = LoggerFactory.getLogger(ClientConnection.class);

  /** What the connection waits for; each has its own answer when the wait is too long. */
  private enum Wait {
    NEXT_REQUEST,
    HEAD,
    EXCHANGE,
    LEFTOVERS,
    LINGER
  }

  /** An unread body up to this size is read and dropped, so that the connection can be kept. */
  static final long SMALL_BODY = 64 << 10;

  private static final Duration LINGER = Duration.ofSeconds(5);
  private static final Duration IDLE_WHEN_DRAINING = Duration.ofMillis(250);

  private final Core core;
  private final Loop loop;
  private final Channel channel;
  private final RequestDecoder decoder;
  private final Http1ClientStream stream;
  private final Peer peer;
  private @Nullable ExchangeRun run;
  private Wait wait = Wait.NEXT_REQUEST;
  private long deadline;
  private boolean drainSeen;
  private long discarded;
  private boolean closing;

  ClientConnection(Core core, Loop loop, Channel channel, Peer peer, AnswerEncoder encoder) {
    this.core = core;
    this.loop = loop;
    this.channel = channel;
    this.stream = new Http1ClientStream(this, core, channel, encoder);
    this.decoder = new RequestDecoder(channel.alloc(), core.limits, loop.lineBuffer(), this);
    this.peer = peer;
  }

  // --- the channel

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    loop.add(this);
    await(Wait.NEXT_REQUEST, core.limits.idleTimeout());
    if (core.connections.incrementAndGet() > core.limits.maxConnections()) {
      refused(Problem.TOO_MANY_CONNECTIONS);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    core.connections.decrementAndGet();
    loop.remove(this);
    decoder.stop();
    var current = run;
    run = null;
    if (current != null) {
      current.clientGone();
    }
  }

  /** Another goes on with the connection, of which nothing was read; false when it is closing. */
  boolean giveWay() {
    if (closing) {
      return false;
    }
    loop.remove(this);
    return true;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    var bytes = (ByteBuf) message;
    if (wait == Wait.LINGER) {
      bytes.release();
      return;
    }
    decoder.feed(bytes);
    regulate();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (run != null) {
      run.flushUpstream();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (run != null) {
      run.clientWritable(channel.isWritable());
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException || cause instanceof DecoderException) { // of TLS
      log.debug("[API Gateway] a client's connection broke: {}", cause.getMessage());
    } else {
      var id = run == null ? "-" : run.exchange().correlationId();
      log.error("[API Gateway] {} an exchange failed inside the gateway", id, cause);
    }
    channel.close();
  }

  /** Reads on, unless what was read already is not wanted yet. */
  private void regulate() {
    var read = !decoder.full();
    if (channel.config().isAutoRead() != read) {
      channel.config().setAutoRead(read);
    }
  }

  // --- what the decoder says

  @Override
  public void started() {
    await(Wait.HEAD, core.limits.headerTimeout());
  }

  @Override
  public void request(Request request) {
    discarded = 0;
    wait = Wait.EXCHANGE;
    stream.begin(request);
    var exchange = core.exchange(request, peer);
    var begun = new ExchangeRun(core, loop, exchange, stream);
    run = begun;
    begun.start();
  }

  @Override
  public void content(ByteBuf content) {
    if (run != null && wait == Wait.EXCHANGE) {
      run.content(content);
      return;
    }
    discarded += content.readableBytes();
    content.release();
    if (discarded > SMALL_BODY) {
      channel.close();
    }
  }

  @Override
  public void end() {
    stream.ended();
    if (run != null) {
      run.end();
    } else {
      nextRequest();
    }
  }

  @Override
  public void refused(Problem problem) {
    if (run != null) {
      run.refused(problem); // the body is broken: the exchange ends, whatever it was doing
      return;
    }
    var correlationId = Uuid7.next();
    core.hops.refused(correlationId, peer, problem.status());
    channel.writeAndFlush(
        core.clientHead().answer(problem.reply(correlationId), correlationId, null, true));
    linger();
  }

  // --- what the exchange wants of its connection

  /** Reads on: the body, when it is wanted, or the next request. */
  void resume() {
    decoder.resume();
    regulate();
  }

  void pause() {
    decoder.pause();
  }

  /** Reads on in a body that was paused, on a turn of the loop of its own. */
  void resumeBody() {
    if (!closing) {
      resume();
      if (run != null) {
        run.flushUpstream();
      }
    }
  }

  /** Reads no requests any more: what the client sent already is the caller's. */
  @Nullable ByteBuf detach() {
    return decoder.detach();
  }

  /** The exchange gives up: the channel is closed by the caller. */
  void abort() {
    closing = true;
    run = null;
    decoder.stop();
  }

  // --- how answers end

  /** The exchange is over and its answer written. */
  void finished(boolean close, boolean requestRead) {
    run = null;
    if (close) {
      if (requestRead && !decoder.hasMore()) {
        lastWrite().addListener(ChannelFutureListener.CLOSE);
      } else {
        linger();
      }
    } else if (requestRead) {
      nextRequest();
    } else {
      await(Wait.LEFTOVERS, core.limits.bodyTimeout());
      resume();
    }
  }

  private void nextRequest() {
    await(Wait.NEXT_REQUEST, core.limits.idleTimeout());
    resume();
  }

  /**
   * Closes so that the client can still read the answer: a connection closed with unread bytes is
   * reset, and the answer lost with it.
   */
  void linger() {
    channel.config().setAutoRead(true);
    lastWrite()
        .addListener(
            _ -> {
              await(Wait.LINGER, LINGER);
              if (channel instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
              }
            });
  }

  /** Done when the client has taken all that was written; nothing it sends counts any more. */
  private ChannelFuture lastWrite() {
    run = null;
    closing = true;
    decoder.stop();
    await(Wait.LINGER, core.limits.bodyTimeout());
    return channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
  }

  // --- time
  private void await(Wait what, Duration atMost) {
    wait = what;
    deadline = System.nanoTime() + atMost.toNanos();
  }

  @Override
  public void tick(long now) {
    if (wait == Wait.EXCHANGE && run != null) {
      run.tick(now);
      return;
    }
    if (wait == Wait.NEXT_REQUEST && core.draining() && !drainSeen) {
      drainSeen = true;
      await(Wait.NEXT_REQUEST, IDLE_WHEN_DRAINING);
    }
    if (now - deadline < 0) {
      return;
    }
    if (wait == Wait.HEAD) {
      refused(Problem.CLIENT_TOO_SLOW);
    } else {
      channel.close();
    }
  }
}
