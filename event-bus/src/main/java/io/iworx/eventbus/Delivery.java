package io.iworx.eventbus;

/**
 * One attempt to hand an event to a handler.
 *
 * @param subscription the subscription's name
 * @param eventId the event's id: pass it on as an idempotency key
 * @param position where the event stands in the log
 * @param attempt 1 for the first try
 * @param fence grows whenever the subscription changes hands: pass it on where a stale instance
 *     must be refused
 */
public record Delivery(
    String subscription, String eventId, long position, int attempt, long fence) {}
