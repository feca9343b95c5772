package io.iworx.eventbus;

import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Payloads read once for all subscriptions of a process: with five of them, reading JSON was 30 %
 * of the process's time. Only what no handler can change is shared: records all the way down, of
 * numbers, texts, times and the like. Remembers the latest few, by their text, so that a
 * subscription some way behind finds them too. Safe for any thread.
 */
final class SharedPayloads {
  /** How many are remembered. */
  static final int REMEMBERED = 2_048;

  /** Longer ones are read anew, or memory had no bound: it is 2,048 × 4,096 characters at most. */
  static final int MAX_CHARACTERS = 4_096;

  private static final Set<Class<?>> UNCHANGEABLE =
      Set.of(
          String.class,
          Boolean.class,
          Character.class,
          Byte.class,
          Short.class,
          Integer.class,
          Long.class,
          Float.class,
          Double.class,
          BigDecimal.class,
          BigInteger.class,
          UUID.class,
          URI.class,
          Duration.class,
          Instant.class,
          LocalDate.class,
          LocalTime.class,
          LocalDateTime.class,
          OffsetDateTime.class,
          ZonedDateTime.class);

  private static final ClassValue<Boolean> SHAREABLE =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          return type.isRecord() && isUnchangeable(type, new HashSet<>());
        }
      };

  private final AtomicReferenceArray<@Nullable Reading> readings =
      new AtomicReferenceArray<>(REMEMBERED);

  /** The same text read as the same type is the same value, whatever event it belongs to. */
  private record Reading(String json, Class<?> type, Object payload) {
    boolean isOf(String text, Class<?> asked) {
      return type == asked && json.equals(text);
    }
  }

  /**
   * @param position of the event: decides which older payload is forgotten for this one
   * @throws JacksonException when it is no JSON object, or does not fit the type
   */
  <T> T read(long position, String json, Class<T> type) {
    if (json.length() > MAX_CHARACTERS || !SHAREABLE.get(type)) {
      return Payloads.decode(json, type);
    }
    var place = Math.floorMod(position, REMEMBERED);
    var known = readings.get(place);
    if (known != null && known.isOf(json, type)) {
      return type.cast(known.payload());
    }
    var payload = Payloads.decode(json, type);
    readings.set(place, new Reading(json, type, payload));
    return payload;
  }

  private static boolean isUnchangeable(Class<?> type, Set<Class<?>> seen) {
    if (type.isPrimitive() || type.isEnum() || UNCHANGEABLE.contains(type)) {
      return true;
    }
    return type.isRecord()
        && (!seen.add(type)
            || Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .allMatch(it -> isUnchangeable(it, seen)));
  }
}
