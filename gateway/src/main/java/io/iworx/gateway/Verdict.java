package io.iworx.gateway;

import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** What a step says about an exchange. */
sealed interface Verdict {

  /** The next step is asked. */
  Verdict PROCEED = new Proceed();

  /** The next step is asked. */
  record Proceed() implements Verdict {}

  /** The exchange ends with this answer. */
  record Answer(Reply reply) implements Verdict {}

  /** The exchange ends with this refusal. */
  record Refuse(Problem problem) implements Verdict {}

  /**
   * The request's body is read first, whole; the verdict is asked for then, on the event loop.
   *
   * @param most bytes that it may have; 413 beyond
   */
  record Gather(int most, Function<KeptBody, Verdict> then) implements Verdict {}

  /** The verdict comes later, on any thread; the exchange goes on on its event loop. */
  record Later(CompletionStage<Verdict> verdict) implements Verdict {}
}
