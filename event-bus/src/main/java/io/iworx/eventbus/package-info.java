/**
 * Durable domain events: publish, subscribe, deliver. Start with {@link
 * io.iworx.eventbus.EventBus}; the standard events of the platform are in {@code DomainEvents};
 * where events are kept is behind {@link io.iworx.eventbus.spi.EventLog}.
 */
@NullMarked
package io.iworx.eventbus;

import org.jspecify.annotations.NullMarked;
