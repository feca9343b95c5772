package io.iworx.sagas;

import io.iworx.sagas.Attempts.Outcome;

/** Commits of a journal without a step: tried again as patiently as a step would be. */
final class JournalCommits {
  /** One of them. */
  @FunctionalInterface
  interface Commit {
    void run() throws PublishFailed;
  }

  private final Journal journal;
  private final Attempts attempts;

  JournalCommits(SagaEngine engine, Journal journal) {
    this.journal = journal;
    this.attempts = new Attempts(engine, null);
  }

  /**
   * @throws StepFailed when an event that waited cannot be published; it waits no more
   */
  void run(RetryPolicy retry, Commit commit) {
    var outcome =
        attempts.run(
            "publish",
            retry,
            null,
            Doubt.inside(),
            (_, _) -> {
              commit.run();
              return null;
            });
    switch (outcome) {
      case Outcome.Done _ -> {}
      case Outcome.NotDone(var failure, _, _, _) -> {
        journal.dropEvents();
        throw new StepFailed(failure);
      }
      case Outcome.Unclear(var failure, _) ->
          throw Unwind.storeFailed(new SagaException(failure.message()));
    }
  }
}
