package io.iworx.eventbus.spi;

import io.iworx.correlation.TraceContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event in the log.
 *
 * @param position its place in the log, from 1
 * @param id one id, one event
 * @param type the type's name
 * @param service the service that published it
 * @param correlationId null where an old writer left it out
 * @param causationId what caused it; null when unknown
 * @param timestamp when it was published
 * @param key what order is kept by; null for none
 * @param payload a JSON object as text
 * @param metadata a JSON object as text
 * @param traceContext the trace context it was published with; null when there was none
 * @param expiresAt when it is no longer worth delivering; null for never
 * @param slot what partitions go by: {@link #slotOf} key and position
 */
public record LogEntry(
    long position,
    String id,
    String type,
    String service,
    @Nullable String correlationId,
    @Nullable String causationId,
    Instant timestamp,
    @Nullable String key,
    String payload,
    String metadata,
    @Nullable TraceContext traceContext,
    @Nullable Instant expiresAt,
    int slot) {

  /** An entry in the slot of its key. */
  public LogEntry(
      long position,
      String id,
      String type,
      String service,
      @Nullable String correlationId,
      @Nullable String causationId,
      Instant timestamp,
      @Nullable String key,
      String payload,
      String metadata,
      @Nullable TraceContext traceContext,
      @Nullable Instant expiresAt) {
    this(
        position,
        id,
        type,
        service,
        correlationId,
        causationId,
        timestamp,
        key,
        payload,
        metadata,
        traceContext,
        expiresAt,
        slotOf(key, position));
  }

  /**
   * Which of 2³¹ slots an event belongs to: by its key, so that the events of a key stay together;
   * by its position when it has none. The partition is the remainder by the number of partitions.
   * SHA-256, because SQL and every language have it.
   */
  public static int slotOf(@Nullable String key, long position) {
    if (key == null) {
      return (int) (position & Integer.MAX_VALUE);
    }
    var hash = SHA_256.get().digest(key.getBytes(StandardCharsets.UTF_8));
    return ((hash[0] & 0x7f) << 24)
        | ((hash[1] & 0xff) << 16)
        | ((hash[2] & 0xff) << 8)
        | (hash[3] & 0xff);
  }

  /** Virtual threads have none of their own for long, but a digest costs more than this lookup. */
  private static final ThreadLocal<MessageDigest> SHA_256 =
      ThreadLocal.withInitial(
          () -> {
            try {
              return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
              throw new IllegalStateException("Every Java platform has SHA-256.", e);
            }
          });
}
