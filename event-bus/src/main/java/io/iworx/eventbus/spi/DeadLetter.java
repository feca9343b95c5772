package io.iworx.eventbus.spi;

import java.time.Instant;

/**
 * An event that was set aside for a subscription.
 *
 * @param entry the event, as it was
 * @param attempts how often it was tried
 * @param reason why it could not be handled, in a sentence
 * @param detail the stack of the last failure; empty when there is none
 * @param setAsideAt when it was given up
 */
public record DeadLetter(
    LogEntry entry, int attempts, String reason, String detail, Instant setAsideAt) {}
