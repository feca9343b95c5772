package io.iworx.sagas;

import io.iworx.sagas.spi.StoredSaga;
import io.iworx.trace.TraceEntry;
import io.iworx.trace.TraceRecorder;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a trace shows of one saga: each attempt of a step or a compensation, and its end. */
final class StepTrace {
  private final TraceRecorder recorder;
  private final String service;
  private final StoredSaga saga;
  private final StepContext context;

  StepTrace(TraceRecorder recorder, String service, StoredSaga saga, StepContext context) {
    this.recorder = recorder;
    this.service = service;
    this.saga = saga;
    this.context = context;
  }

  void step(
      String identity,
      int attempt,
      Instant startedAt,
      Duration duration,
      @Nullable Exception failure) {
    var said = failure == null ? null : SagaFailure.of(identity, failure).message();
    recorder.record(
        new TraceEntry(
            TraceEntry.Kind.STEP,
            context.attemptId(identity, attempt),
            context.correlation(),
            service,
            name(identity),
            startedAt,
            duration,
            failure == null,
            attempt == 1
                ? said
                : said == null ? "attempt " + attempt : "attempt " + attempt + ": " + said));
  }

  void end(SagaState state, Instant endedAt, @Nullable String detail) {
    recorder.record(
        new TraceEntry(
            TraceEntry.Kind.SAGA,
            saga.id(),
            saga.correlation(),
            service,
            saga.definition(),
            saga.startedAt(),
            between(saga.startedAt(), endedAt),
            state == SagaState.COMPLETED,
            detail == null ? state.name() : state + ": " + detail));
  }

  /** Clocks of instances differ: never less than nothing. */
  static Duration between(Instant startedAt, Instant endedAt) {
    var took = Duration.between(startedAt, endedAt);
    return took.isNegative() ? Duration.ZERO : took;
  }

  private static String name(String identity) {
    return identity.endsWith(StepContext.UNDO)
        ? "undo " + identity.substring(0, identity.length() - StepContext.UNDO.length())
        : identity;
  }
}
