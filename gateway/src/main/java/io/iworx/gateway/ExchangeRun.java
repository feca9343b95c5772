package io.iworx.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries one exchange through: the steps, the request to the upstream, the answer back. Nothing is
 * held whole; when one side cannot take more, the other is not read. All methods run on the event
 * loop of the client's connection.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // what fails closes the channel: channelInactive tells
final class ExchangeRun implements UpstreamConnection.Listener, StepSequence.Ending {
  private static final Logger log = LoggerFactory.getLogger(ExchangeRun.class);
  private static final Duration MAX_STEPS = Duration.ofSeconds(10);
  private static final int CLIENT_GONE = 499;

  private enum Phase {
    STEPS,
    CONNECTING,
    SENDING,
    WAITING,
    ANSWERING,
    OVER
  }

  private final Exchange exchange;
  private final ClientConnection client;
  private final Channel channel;
  private final Core core;
  private Phase phase = Phase.STEPS;
  private long deadline;
  private @Nullable UpstreamConnection upstream;
  private @Nullable HttpRequest message;
  private boolean retried;
  private boolean sendStalled;
  private boolean closeAfter;
  private boolean awaitsContinue;

  ExchangeRun(Exchange exchange, ClientConnection client) {
    this.exchange = exchange;
    this.client = client;
    this.channel = client.channel();
    this.core = client.core();
  }

  Exchange exchange() {
    return exchange;
  }

  // --- the steps

  void start() {
    enter(Phase.STEPS, MAX_STEPS);
    new StepSequence(core, exchange, channel.eventLoop(), this).start();
  }

  @Override
  public boolean inSteps() {
    return phase == Phase.STEPS;
  }

  @Override
  public void letThrough() {
    forward();
  }

  @Override
  public void answered(Reply reply) {
    reply(reply, false);
  }

  // --- the request

  private void forward() {
    var request = exchange.request();
    var target = Objects.requireNonNull(exchange.upstream().target());
    awaitsContinue = request.expectsContinue(); // asked before the header is stripped
    UpstreamHead.prepare(exchange, target, request.headers());
    var uri = exchange.upstreamUri(target);
    message =
        request.hasBody()
            ? new DefaultHttpRequest(HttpVersion.HTTP_1_1, request.method(), uri, request.headers())
            : new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                request.method(),
                uri,
                Unpooled.EMPTY_BUFFER,
                request.headers(),
                LastHttpContent.EMPTY_LAST_CONTENT.trailingHeaders());
    log.debug(
        "[API Gateway] {} {} {} to {}",
        exchange.correlationId(),
        request.method(),
        exchange.path(),
        target.hostHeader());
    connect(false);
  }

  private void connect(boolean fresh) {
    enter(Phase.CONNECTING, Duration.ofMillis(Math.max(1, exchange.millisLeft())));
    client.loop().pool().acquire(Objects.requireNonNull(exchange.upstream().target()), fresh, this);
  }

  @Override
  public boolean connected(UpstreamConnection connection) {
    if (phase != Phase.CONNECTING) {
      return false; // the client left meanwhile
    }
    upstream = connection;
    var request = exchange.request();
    connection.begin(
        this, Objects.requireNonNull(message), request.method().equals(HttpMethod.HEAD));
    if (!request.hasBody()) {
      connection.requestSent();
      connection.flush();
      awaitAnswer();
      return true;
    }
    enter(Phase.SENDING, core.limits.bodyTimeout());
    if (awaitsContinue) {
      client.writeContinue();
    }
    client.decoder().resume();
    client.regulate();
    connection.flush();
    return true;
  }

  @Override
  public void unreachable(Throwable cause) {
    if (phase == Phase.CONNECTING) {
      var service = exchange.upstream().route().service();
      log.debug(
          "[API Gateway] {} {} cannot be reached: {}",
          exchange.correlationId(),
          service,
          cause.toString());
      refuse(Problem.unreachable(service));
    }
  }

  /** A piece of the request's body. */
  void content(ByteBuf content) {
    var to = upstream;
    if (to == null || phase == Phase.OVER) {
      content.release();
      return;
    }
    if (exchange.received(content.readableBytes()) > core.limits.maxRequestBody()) {
      content.release();
      refuse(Problem.BODY_TOO_LARGE);
      return;
    }
    to.write(new DefaultHttpContent(content));
    if (!to.isWritable()) {
      sendStalled = true;
      client.decoder().pause();
    }
    if (phase == Phase.SENDING) {
      enter(Phase.SENDING, sendStalled ? routeTimeout() : core.limits.bodyTimeout());
    }
  }

  /** The end of the request's body. */
  void end() {
    var to = upstream;
    if (to == null) {
      return;
    }
    to.write(LastHttpContent.EMPTY_LAST_CONTENT);
    to.requestSent();
    to.flush();
    if (phase == Phase.SENDING) {
      awaitAnswer();
    }
  }

  private void awaitAnswer() {
    enter(Phase.WAITING, Duration.ofMillis(Math.max(1, exchange.millisLeft())));
  }

  private Duration routeTimeout() {
    return exchange.upstream().route().timeout();
  }

  void flushUpstream() {
    if (upstream != null) {
      upstream.flush();
    }
  }

  @Override
  public void upstreamWritable() {
    if (sendStalled) {
      sendStalled = false;
      if (phase == Phase.SENDING) {
        enter(Phase.SENDING, core.limits.bodyTimeout());
      }
      client.resumeSoon();
    }
  }

  // --- the answer

  @Override
  public void head(HttpResponse answer) {
    if (phase == Phase.OVER) {
      return;
    }
    var request = exchange.request();
    var code = answer.status().code();
    var headers = answer.headers();
    closeAfter = AnswerFraming.frame(request, answer) || client.mustClose(request);
    core.clientHead.forward(
        headers, exchange.correlationId(), exchange.origin(), exchange.caller().authenticated());
    ClientHead.connection(headers, closeAfter, request.http10());
    exchange.answering(code);
    enter(Phase.ANSWERING, routeTimeout());
    client.write(
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code), headers));
  }

  @Override
  public void answerContent(ByteBuf content) {
    if (phase != Phase.ANSWERING) {
      content.release();
      return;
    }
    exchange.sent(content.readableBytes());
    channel.write(new DefaultHttpContent(content));
    if (!channel.isWritable()) {
      clientWritable(false);
    } else {
      enter(Phase.ANSWERING, routeTimeout());
    }
  }

  @Override
  public void flushClient() {
    channel.flush();
  }

  void clientWritable(boolean writable) {
    if (phase == Phase.ANSWERING && upstream != null) {
      enter(Phase.ANSWERING, writable ? routeTimeout() : core.limits.bodyTimeout());
      upstream.read(writable);
    }
  }

  @Override
  public void complete() {
    upstream = null;
    if (phase != Phase.ANSWERING) {
      return;
    }
    phase = Phase.OVER;
    channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
    core.hops.finished(exchange, exchange.elapsed());
    client.finished(closeAfter);
  }

  @Override
  public void broken(boolean nothingReceived) {
    var connection = upstream;
    upstream = null;
    if (phase == Phase.OVER || connection == null) {
      return;
    }
    // A kept connection may have been closed while the request was on its way: nothing was done
    // with it, and repeating this one would not matter if it had been.
    if (nothingReceived
        && !retried
        && connection.wasReused()
        && phase == Phase.WAITING
        && exchange.request().replayable()) {
      retried = true;
      connect(true);
      return;
    }
    refuse(Problem.BAD_ANSWER);
  }

  // --- ends that are no answer

  void refused(Problem problem) {
    closeAfter = true;
    if (phase == Phase.ANSWERING) {
      cutOff("broken request body");
    } else {
      reply(problem.withService(serviceOrNull()).reply(exchange.correlationId()), true);
    }
  }

  @Override
  public void refuse(Problem problem) {
    if (phase == Phase.ANSWERING) {
      cutOff("cut off");
      return;
    }
    var named = problem.members().isEmpty() && problem.status() >= 502;
    reply(
        (named ? problem.withService(serviceOrNull()) : problem).reply(exchange.correlationId()),
        false);
  }

  private @Nullable String serviceOrNull() {
    var matched = exchange.matchedUpstream();
    return matched == null ? null : matched.route().service();
  }

  private void reply(Reply reply, boolean forceClose) {
    if (phase == Phase.OVER) {
      return;
    }
    phase = Phase.OVER;
    dropUpstream();
    exchange.answering(reply.status());
    exchange.sent(reply.body().length);
    var close = forceClose || client.mustClose(exchange.request());
    client.write(reply, exchange.correlationId(), exchange, close);
    core.hops.finished(exchange, exchange.elapsed());
    client.finished(close);
  }

  /** The answer has begun and cannot end well: the client must see that it is not whole. */
  private void cutOff(String reason) {
    phase = Phase.OVER;
    dropUpstream();
    exchange.cutOff(reason);
    core.hops.finished(exchange, exchange.elapsed());
    client.abort();
  }

  void clientGone() {
    if (phase == Phase.OVER) {
      return;
    }
    if (phase != Phase.ANSWERING) {
      exchange.answering(CLIENT_GONE);
    }
    phase = Phase.OVER;
    dropUpstream();
    exchange.cutOff("the client left");
    core.hops.finished(exchange, exchange.elapsed());
  }

  private void dropUpstream() {
    var connection = upstream;
    upstream = null;
    if (connection != null) {
      connection.drop();
    }
  }

  // --- time

  private void enter(Phase newPhase, Duration atMost) {
    phase = newPhase;
    deadline = System.nanoTime() + atMost.toNanos();
  }

  void tick(long now) {
    if (now - deadline < 0) {
      return;
    }
    switch (phase) {
      case STEPS -> refuse(Problem.INTERNAL);
      case CONNECTING, WAITING -> refuse(Problem.TOO_LATE);
      case SENDING -> {
        if (sendStalled) {
          refuse(Problem.TOO_LATE);
        } else {
          refused(Problem.CLIENT_TOO_SLOW);
        }
      }
      case ANSWERING -> cutOff("too slow");
      case OVER -> {}
    }
  }
}
