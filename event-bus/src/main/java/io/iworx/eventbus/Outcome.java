package io.iworx.eventbus;

import java.time.Duration;

/** How an attempt to hand an event to its handler ended, and what follows from it. */
sealed interface Outcome {

  /** The handler is done with it. */
  record Handled() implements Outcome {}

  /** It expired before it could be handled: nobody wants it any more. */
  record Expired() implements Outcome {}

  /** The handler failed and gets it again. */
  record RetryAfter(Duration pause, Throwable failure) implements Outcome {}

  /** The handler failed and never gets it again. */
  record SetAside(Throwable failure) implements Outcome {}

  /** The log failed, not the handler: whether the event is handled, the log knows. */
  record LogFailed(Exception failure) implements Outcome {}

  /** The tenure had ended: nothing was tried. */
  record NotTried() implements Outcome {}
}
