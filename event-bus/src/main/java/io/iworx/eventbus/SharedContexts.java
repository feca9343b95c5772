package io.iworx.eventbus;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.TraceContext;
import io.iworx.eventbus.spi.LogEntry;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Contexts made once for all subscriptions of a process: checking ids was 9 % of its time with
 * five. Remembers the latest few by all that a context is made of. Safe for any thread.
 */
final class SharedContexts {
  /** How many are remembered. */
  static final int REMEMBERED = 2_048;

  /** Longer metadata is read anew, or memory had no bound. */
  static final int MAX_CHARACTERS = 1_024;

  private final AtomicReferenceArray<@Nullable Known> contexts =
      new AtomicReferenceArray<>(REMEMBERED);

  private record Ingredients(
      String id,
      @Nullable String correlationId,
      String service,
      String metadata,
      @Nullable TraceContext traceContext) {
    static Ingredients of(LogEntry entry) {
      return new Ingredients(
          entry.id(),
          entry.correlationId(),
          entry.service(),
          entry.metadata(),
          entry.traceContext());
    }
  }

  /**
   * The position only says soon that it is another event's, as it always is with one subscription.
   */
  private record Known(long position, Ingredients ingredients, Correlation context) {}

  /** As {@link EventContext#of} makes it. */
  Correlation of(LogEntry entry) {
    if (entry.metadata().length() > MAX_CHARACTERS) {
      return made(entry);
    }
    var ingredients = Ingredients.of(entry);
    var place = Math.floorMod(entry.position(), REMEMBERED);
    var known = contexts.get(place);
    if (known != null
        && known.position() == entry.position()
        && known.ingredients().equals(ingredients)) {
      return known.context();
    }
    var context = made(entry);
    contexts.set(place, new Known(entry.position(), ingredients, context));
    return context;
  }

  private static Correlation made(LogEntry entry) {
    return EventContext.of(entry, EventDecoder.metadata(entry));
  }
}
