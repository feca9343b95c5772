package io.iworx.gateway;

import io.iworx.gateway.UpstreamStream.Loss;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries one exchange through: the steps, the request to the upstream, the answer back. Nothing is
 * held whole; when one side cannot take more, the other is not read. All methods run on the event
 * loop of the client's connection.
 */
final class ExchangeRun implements UpstreamStream.Listener, StepSequence.Ending {
  private static final Duration MAX_STEPS = Duration.ofSeconds(10);
  private static final int CLIENT_GONE = 499;

  private enum Phase {
    STEPS,
    GATHERING,
    CONNECTING,
    SENDING,
    WAITING,
    ANSWERING,
    TUNNEL,
    OVER
  }

  private final Exchange exchange;
  private final ClientStream client;
  private final Core core;
  private final Loop loop;
  private Phase phase = Phase.STEPS;
  private long deadline;
  private @Nullable Attempts attempts;
  private @Nullable Gathering gathering;
  private @Nullable Tunnel tunnel;
  private boolean sendStalled;

  ExchangeRun(Core core, Loop loop, Exchange exchange, ClientStream client) {
    this.core = core;
    this.loop = loop;
    this.exchange = exchange;
    this.client = client;
  }

  Exchange exchange() {
    return exchange;
  }

  // --- the steps

  void start() {
    core.hops.begun(exchange);
    enter(Phase.STEPS, MAX_STEPS);
    new StepSequence(core, exchange, loop.executor(), this).start();
  }

  @Override
  public boolean inSteps() {
    return phase == Phase.STEPS;
  }

  @Override
  public void gather(int most, Consumer<KeptBody> whole) {
    gathering = new Gathering(most, exchange.maxBody(core.limits.maxRequestBody()), whole);
    enter(Phase.GATHERING, core.limits.bodyTimeout());
    client.readBody();
  }

  @Override
  public void answered(Reply reply) {
    reply(reply, false);
  }

  // --- the request

  @Override
  public void letThrough() {
    UpstreamHead.prepare(exchange);
    var body = gathering == null ? null : gathering.body();
    attempts = new Attempts(exchange, loop.targets(), body);
    attempt();
  }

  /** Gives the request to the next target, or ends where none is left. */
  private void attempt() {
    var millisLeft = attempts().millisLeft();
    if (millisLeft <= 0) {
      refuse(Problem.TOO_LATE);
      return;
    }
    enter(Phase.CONNECTING, Duration.ofMillis(millisLeft));
    if (!attempts().next(millisLeft, this)) {
      refuse(attempts().refusal());
    }
  }

  private Attempts attempts() {
    return Objects.requireNonNull(attempts);
  }

  private @Nullable UpstreamStream upstream() {
    return attempts == null ? null : attempts.stream();
  }

  @Override
  public boolean connected(UpstreamStream stream) {
    if (phase != Phase.CONNECTING) {
      return false; // the client left meanwhile
    }
    attempts().begin(stream, this);
    attempts().sendBody(stream);
    if (client.requestRead()) {
      if (exchange.request().hasBody()) {
        stream.end();
      }
      awaitAnswer();
    } else {
      enter(Phase.SENDING, core.limits.bodySilence(exchange));
      client.readBody();
      upstreamWritable(); // where the body waits since the attempt before
    }
    stream.flush();
    return true;
  }

  @Override
  public void unreachable(Throwable cause) {
    if (phase == Phase.CONNECTING) {
      attempts().unreachable(cause);
      attempt();
    }
  }

  /** A piece of the request's body. */
  void content(ByteBuf content) {
    var length = content.readableBytes();
    var received = exchange.received(length);
    if (phase == Phase.GATHERING) {
      var problem = Objects.requireNonNull(gathering).add(content, received);
      deadline = core.limits.bodyDeadline(exchange, deadline, length);
      if (problem != null) {
        refuse(problem);
      }
      return;
    }
    var to = upstream();
    var tooLarge = received > exchange.maxBody(core.limits.maxRequestBody());
    if (to == null || tooLarge) {
      content.release();
      if (to != null) {
        refuse(Problem.BODY_TOO_LARGE);
      }
      return;
    }
    attempts().send(content, to);
    if (!to.isWritable()) {
      sendStalled = true;
      client.pauseBody();
    }
    if (phase == Phase.SENDING && sendStalled) {
      enter(Phase.SENDING, exchange.route().timeout());
    } else if (phase == Phase.SENDING) {
      deadline = core.limits.bodyDeadline(exchange, deadline, length);
    } else if (client.isWritable()) {
      enter(phase, exchange.route().idle()); // both talk: the answer is not silent
    }
  }

  /** The end of the request's body. */
  void end() {
    if (phase == Phase.GATHERING) {
      enter(Phase.STEPS, MAX_STEPS);
      Objects.requireNonNull(gathering).end();
      return;
    }
    var to = upstream();
    if (to == null) {
      return;
    }
    to.end();
    to.flush();
    if (phase == Phase.SENDING) {
      attempts().requestEnds();
      awaitAnswer();
    }
  }

  private void awaitAnswer() {
    phase = Phase.WAITING;
    deadline = attempts().answerDeadline();
  }

  void flushUpstream() {
    var to = upstream();
    if (to != null) {
      to.flush();
    }
  }

  @Override
  public void upstreamWritable() {
    if (sendStalled) {
      sendStalled = false;
      if (phase == Phase.SENDING) {
        enter(Phase.SENDING, core.limits.bodySilence(exchange));
      }
      client.resumeBody();
    }
  }

  // --- the answer

  @Override
  public void head(HttpResponse answer) {
    if (phase == Phase.OVER) {
      return;
    }
    var code = answer.status().code();
    attempts().answered(answer);
    if (phase == Phase.WAITING && attempts().repeatsAnswered(code)) {
      repeat();
      return;
    }
    if (exchange.isUpgrading() && code < 300) {
      openTunnel(answer);
      return;
    }
    attempts().settled();
    core.clientHead().forward(code, answer.headers(), exchange);
    exchange.answering(code);
    enter(Phase.ANSWERING, exchange.route().idle());
    client.answerHead(answer, exchange);
  }

  /** After an answer that keeps what was asked; before it no byte goes through. */
  private void openTunnel(HttpResponse answer) {
    if (!WebSocketHandshake.opens(exchange.request(), answer)) {
      refuse(Problem.BAD_ANSWER);
      return;
    }
    enter(Phase.TUNNEL, Duration.ZERO);
    tunnel = new Tunnel(exchange, core, () -> complete(null));
    tunnel.open(answer, client, Objects.requireNonNull(upstream()));
  }

  @Override
  public void answerContent(ByteBuf content) {
    if (phase != Phase.ANSWERING) {
      content.release();
      return;
    }
    exchange.sent(content);
    client.answerContent(content);
    clientWritable(client.isWritable());
  }

  @Override
  public void flushClient() {
    client.flush();
  }

  void clientWritable(boolean writable) {
    var from = upstream();
    if (phase == Phase.ANSWERING && from != null) {
      enter(Phase.ANSWERING, writable ? exchange.route().idle() : core.limits.bodyTimeout());
      from.read(writable);
    }
  }

  @Override
  public void complete(@Nullable HttpHeaders trailers) {
    attempts().ended();
    if (phase == Phase.ANSWERING || phase == Phase.TUNNEL) {
      phase = Phase.OVER;
      attempts().over(this);
      var passed = trailers == null ? null : exchange.passedTrailers(trailers);
      core.finished(exchange);
      client.answerEnd(passed);
    }
  }

  @Override
  public void broken(Loss loss) {
    attempts().ended();
    if (phase == Phase.OVER) {
      return;
    }
    if (phase != Phase.ANSWERING && attempts().repeatsLost(loss)) {
      if (!client.requestRead()) {
        sendStalled = true;
        client.pauseBody();
      }
      attempt();
    } else {
      refuse(attempts().refusal(loss));
    }
  }

  /** Leaves the target, and gives the request to the next. */
  private void repeat() {
    attempts().drop();
    attempt();
  }

  // --- ends that are no answer

  /** No more of the request can be read. */
  void refused(Problem problem) {
    end(problem.withService(exchange.serviceOrNull()), true, "broken request body");
  }

  @Override
  public void refuse(Problem problem) {
    end(problem.named(exchange.serviceOrNull()), false, "cut off");
  }

  private void end(Problem problem, boolean broken, String reason) {
    if (phase == Phase.ANSWERING) {
      cutOff(reason);
    } else {
      reply(exchange.explained(problem), broken);
    }
  }

  private void reply(Reply reply, boolean broken) {
    if (phase == Phase.OVER) {
      return;
    }
    phase = Phase.OVER;
    leave();
    exchange.answering(reply.status());
    exchange.sent(reply.body().length);
    core.finished(exchange);
    client.reply(reply, exchange, broken);
  }

  private void cutOff(String reason) {
    phase = Phase.OVER;
    leave();
    exchange.cutOff(reason);
    core.finished(exchange);
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
    leave();
    exchange.cutOff("the client left");
    core.finished(exchange);
  }

  private void leave() {
    if (attempts != null) {
      attempts.over(this);
    } else if (gathering != null) {
      gathering.body().release();
    }
  }

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
      case CONNECTING -> refuse(Problem.TOO_LATE);
      case WAITING -> {
        switch (attempts().late(now)) {
          case REPEAT -> repeat();
          case WAIT -> awaitAnswer();
          case END -> refuse(Problem.TOO_LATE);
        }
      }
      case GATHERING, SENDING -> refused(sendStalled ? Problem.TOO_LATE : Problem.CLIENT_TOO_SLOW);
      case ANSWERING -> cutOff("too slow");
      case TUNNEL -> Objects.requireNonNull(tunnel).tick(now);
      case OVER -> {}
    }
  }
}
