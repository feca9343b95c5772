package io.iworx.gateway;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the steps one after the other, those of all requests and then those of the route, until one
 * ends the exchange or all have let it through.
 */
final class StepSequence {
  private static final Logger log = LoggerFactory.getLogger(StepSequence.class);

  /** How the steps end. */
  interface Ending {
    /** Whether the exchange still waits for its steps: the client may have left. */
    boolean inSteps();

    void letThrough();

    void answered(Reply reply);

    void refuse(Problem problem);

    /** Reads the request's body, then hands it over; it stays the exchange's. */
    void gather(int most, Consumer<KeptBody> whole);
  }

  private final List<Step> steps;
  private final Exchange exchange;
  private final Executor loop;
  private final Ending ending;

  StepSequence(Core core, Exchange exchange, Executor loop, Ending ending) {
    this.steps = core.steps();
    this.exchange = exchange;
    this.loop = loop;
    this.ending = ending;
  }

  void start() {
    next(0);
  }

  private void next(int index) {
    for (int i = index; i < steps.size() + exchange.policies().size(); i++) {
      if (!follow(i, verdict(i))) {
        return;
      }
    }
    ending.letThrough();
  }

  private Step step(int index) {
    return index < steps.size() ? steps.get(index) : exchange.policies().get(index - steps.size());
  }

  private Verdict verdict(int index) {
    try {
      return step(index).apply(exchange);
    } catch (RuntimeException e) { // a step's own fault must not take the connection along
      return failed(e);
    }
  }

  private Verdict verdict(Function<KeptBody, Verdict> then, KeptBody body) {
    try {
      return then.apply(body);
    } catch (RuntimeException e) {
      return failed(e);
    }
  }

  private Verdict failed(Throwable failure) {
    log.error("[API Gateway] {} a step failed", exchange.correlationId(), failure);
    return new Verdict.Refuse(Problem.INTERNAL);
  }

  /** Whether the next step is to be asked now. */
  private boolean follow(int index, Verdict verdict) {
    switch (verdict) {
      case Verdict.Proceed() -> {
        return true;
      }
      case Verdict.Answer(var reply) -> ending.answered(reply);
      case Verdict.Refuse(var problem) -> ending.refuse(problem);
      case Verdict.Gather(var most, var then) ->
          ending.gather(most, body -> resume(index, verdict(then, body)));
      case Verdict.Later(var later) ->
          later.whenComplete(
              (value, failure) ->
                  loop.execute(() -> resume(index, failure == null ? value : failed(failure))));
    }
    return false;
  }

  private void resume(int index, Verdict verdict) {
    if (ending.inSteps() && follow(index, verdict)) {
      next(index + 1);
    }
  }
}
