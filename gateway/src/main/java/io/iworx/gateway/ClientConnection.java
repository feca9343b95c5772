package io.iworx.gateway;

import io.iworx.correlation.Uuid7;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: its requests one after the other, each with its deadline. All methods
 * run on its event loop.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails closes the channel: channelInactive tells
final class ClientConnection extends ChannelInboundHandlerAdapter
    implements RequestDecoder.Listener, ClientStream, Loop.Timed {
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
  private static final long SMALL_BODY = 64 << 10;

  private static final Duration LINGER = Duration.ofSeconds(5);
  private static final Duration IDLE_WHEN_DRAINING = Duration.ofMillis(250);

  private final Core core;
  private final Loop loop;
  private final Channel channel;
  private final AnswerEncoder encoder;
  private final RequestDecoder decoder;
  private final Peer peer;
  private @Nullable ExchangeRun run;
  private Wait wait = Wait.NEXT_REQUEST;
  private long deadline;
  private boolean drainSeen;
  private long discarded;
  private boolean requestRead = true;
  private boolean awaitsContinue;
  private boolean closeAfter;
  private boolean closing;
  private boolean upgraded;

  ClientConnection(Core core, Loop loop, Channel channel, Peer peer, AnswerEncoder encoder) {
    this.core = core;
    this.loop = loop;
    this.channel = channel;
    this.encoder = encoder;
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
    requestRead = !request.hasBody();
    awaitsContinue = request.expectsContinue();
    discarded = 0;
    wait = Wait.EXCHANGE;
    encoder.headOnly(request.method().equals(HttpMethod.HEAD));
    var exchange = new Exchange(request, core.table.getAcquire(), peer, core.clock.instant());
    var begun = new ExchangeRun(core, loop, exchange, this);
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
    requestRead = true;
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
    core.hops.refused(correlationId, problem.status());
    channel.writeAndFlush(
        core.clientHead().answer(problem.reply(correlationId), correlationId, null, true));
    linger();
  }

  // --- what the exchange wants

  @Override
  public boolean requestRead() {
    return requestRead;
  }

  @Override
  public void readBody() {
    if (awaitsContinue) {
      awaitsContinue = false; // another attempt at the same request tells nothing new
      channel.writeAndFlush(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
    decoder.resume();
    regulate();
  }

  @Override
  public void pauseBody() {
    decoder.pause();
  }

  @Override
  public void resumeBody() {
    channel.eventLoop().execute(this::resume);
  }

  private void resume() {
    if (!closing) {
      decoder.resume();
      regulate();
      if (run != null) {
        run.flushUpstream();
      }
    }
  }

  @Override
  public @Nullable ByteBuf upgrade(FullHttpResponse answer, ChannelHandler tunnel) {
    upgraded = true;
    channel.writeAndFlush(answer);
    channel.pipeline().remove(encoder);
    channel.pipeline().addBefore(channel.pipeline().context(this).name(), null, tunnel);
    return decoder.detach();
  }

  @Override
  public void answerHead(HttpResponse answer) {
    var exchange = Objects.requireNonNull(run).exchange();
    closeAfter = AnswerFraming.frame(exchange.request(), answer) || mustClose(exchange);
    ClientHead.connection(answer.headers(), closeAfter, exchange.request().http10());
    channel.write(new DefaultHttpResponse(HttpVersion.HTTP_1_1, answer.status(), answer.headers()));
  }

  @Override
  public void answerContent(ByteBuf content) {
    channel.write(new DefaultHttpContent(content));
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  public void flush() {
    channel.flush();
  }

  @Override
  public void answerEnd() {
    if (upgraded) {
      linger();
    } else {
      channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
      finished(closeAfter);
    }
  }

  @Override
  public void reply(Reply reply, Exchange exchange, boolean broken) {
    var close = broken || mustClose(exchange);
    channel.writeAndFlush(
        core.clientHead().answer(reply, exchange.correlationId(), exchange, close));
    finished(close);
  }

  @Override
  public void abort() {
    closing = true;
    run = null;
    decoder.stop();
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    channel.close();
  }

  // --- how answers end

  /** Whether the connection must close after an answer that begins now. */
  private boolean mustClose(Exchange exchange) {
    var request = exchange.request();
    return !request.keepAlive()
        || exchange.isUpgrading() // it may have sent frames already: they are no request
        || core.draining()
        || (!requestRead
            && (awaitsContinue
                || request.bodyLength() > SMALL_BODY
                || request.bodyLength() == Request.CHUNKED));
  }

  /** The exchange is over and its answer written. */
  private void finished(boolean close) {
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
      decoder.resume();
      regulate();
    }
  }

  private void nextRequest() {
    await(Wait.NEXT_REQUEST, core.limits.idleTimeout());
    decoder.resume();
    regulate();
  }

  /**
   * Closes so that the client can still read the answer: a connection closed with unread bytes is
   * reset, and the answer lost with it.
   */
  private void linger() {
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
