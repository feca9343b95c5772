package io.iworx.eventbus.spi;

import io.iworx.correlation.TraceContext;
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
    @Nullable Instant expiresAt) {}
