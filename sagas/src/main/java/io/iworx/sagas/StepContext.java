package io.iworx.sagas;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.IdempotencyKey;
import io.iworx.sagas.spi.StepRunner;
import io.iworx.sagas.spi.StoredSaga;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The ids and the context of the steps of one saga, all derived from what is stored of it. */
final class StepContext {
  /** Appended to a step's identity for its compensation. */
  static final String UNDO = "/undo";

  private final StoredSaga saga;
  private final StepRunner runner;
  private final SagaTelemetry telemetry;
  private final String sagaId;
  private final long fence;
  private final Instant startedAt;
  private final Correlation correlation;

  StepContext(StoredSaga saga, StepRunner runner, SagaTelemetry telemetry) {
    this.saga = saga;
    this.runner = runner;
    this.telemetry = telemetry;
    this.sagaId = saga.id();
    this.fence = saga.fence();
    this.startedAt = saga.startedAt();
    this.correlation = saga.correlation().withCausationId(saga.id()).withDeadline(null);
  }

  /** The context of the code between steps, and of the events the saga publishes. */
  Correlation correlation() {
    return correlation;
  }

  /** Whether another than the instance that started it runs it. */
  boolean isTakenOver() {
    return fence > 1;
  }

  String sagaId() {
    return sagaId;
  }

  /** The same on every attempt and every instance. */
  String idempotencyKey(String identity) {
    return sagaId + "/" + identity;
  }

  /**
   * Names one attempt, as the cause of what it sets off: the saga's id and the step, with holder
   * and attempt from the second on. Made of characters that a causation id may have; a step deep in
   * branches, whose name would be too long for one, goes by a hash of it.
   */
  String attemptId(String identity, int attempt) {
    var step = identity.replace('#', ':').replace('/', ':');
    var id = fence == 1 && attempt == 1 ? step : step + ":" + fence + "." + attempt;
    var whole = sagaId + ":" + id;
    return Correlation.accepts(whole) ? whole : sagaId + ":" + derivedId(id);
  }

  /** When the saga was started, by the clock of the instance that did. */
  Instant startedAt() {
    return startedAt;
  }

  /**
   * Runs an attempt.
   *
   * @param until the deadline of the calls it makes; null for none
   */
  @Nullable Object inScope(
      String identity, int attempt, @Nullable Instant until, Work.OutsideCode code)
      throws Exception {
    return telemetry.attempt(
        saga,
        identity,
        attempt,
        correlation.withDeadline(until).withCausationId(attemptId(identity, attempt)),
        context ->
            context.call(
                () ->
                    IdempotencyKey.call(
                        idempotencyKey(identity), () -> runner.run(identity, code::run))));
  }

  /**
   * An id that is the same on every replay: a UUIDv7 with the time of the saga's own id, so that it
   * sorts with it, and a hash in place of chance.
   */
  String derivedId(String identity) {
    var time = UUID.fromString(sagaId).getMostSignificantBits() & 0xffff_ffff_ffff_0000L;
    var hash = ByteBuffer.wrap(sha256(sagaId + "/" + identity));
    var high = time | 0x7000L | (hash.getLong() & 0x0fffL);
    var low = 0x8000_0000_0000_0000L | hash.getLong() >>> 2;
    return new UUID(high, low).toString();
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }
}
