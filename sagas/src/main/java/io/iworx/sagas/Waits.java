package io.iworx.sagas;

import io.iworx.sagas.Unwind.Pause;
import io.iworx.sagas.spi.Awaited;
import io.iworx.sagas.spi.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Has a saga wait in nobody's hands, once all of its branches do or have ended. */
final class Waits {
  /** Longer than anyone waits, and within what a store's time can say. */
  private static final Duration LONGEST = Duration.ofDays(365_000);

  private final SagaEngine engine;
  private final Journal journal;
  private final StepContext context;

  Waits(SagaEngine engine, Journal journal, StepContext context) {
    this.engine = engine;
    this.journal = journal;
    this.context = context;
  }

  /**
   * A wait that begins now.
   *
   * @param end of the saga's own time, which ends the wait too; null for none
   * @return what to leave the body with
   */
  Unwind begin(String identity, Duration duration, @Nullable Awaited event, @Nullable Instant end) {
    if (event != null) {
      follow(event.type());
    }
    var now = engine.now();
    var longest = end == null ? LONGEST : Duration.between(now, end);
    var limited = longest.compareTo(duration) < 0 ? longest : duration;
    var atLeast = limited.isNegative() ? Duration.ZERO : limited;
    return Unwind.waiting(new Wait(identity, atLeast, event), now);
  }

  private void follow(String type) {
    try {
      engine.arrivals().follow(type, context.startedAt());
    } catch (IllegalArgumentException e) {
      throw e;
    } catch (RuntimeException e) {
      throw Unwind.storeFailed(e);
    }
  }

  /** The commit with which nobody holds the saga any more. */
  void leave(Unwind unwind) throws PublishFailed {
    journal.commitAndLeave(left(unwind.pauses()));
  }

  private List<Wait> left(List<Pause> pauses) {
    var now = engine.now();
    return pauses.stream().map(pause -> pause.left(now)).toList();
  }

  /** After it: an event that was there already has ended its wait by now. */
  void lookSoon(Unwind unwind) {
    left(unwind.pauses()).stream()
        .map(wait -> wait.event() == null ? wait.duration() : Duration.ZERO)
        .min(Duration::compareTo)
        .ifPresent(engine::dueIn);
  }
}
