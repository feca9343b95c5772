package io.iworx.eventbus;

import io.iworx.eventbus.spi.LogEntry;

/** One event after the other, on the reading thread. */
final class InOrder implements Delivering {
  private final Attempts attempts;
  private final Tenure tenure;

  InOrder(Attempts attempts, Tenure tenure) {
    this.attempts = attempts;
    this.tenure = tenure;
  }

  @Override
  public void accept(LogEntry entry) throws InterruptedException {
    tenure.checkpointer().started(entry.position());
    if (attempts.run(entry, tenure)) {
      tenure.checkpointer().finished(entry.position());
    }
  }

  @Override
  public void awaitQuiet() {}
}
