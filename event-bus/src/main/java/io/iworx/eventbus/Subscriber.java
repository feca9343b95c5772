package io.iworx.eventbus;

import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.SubscriptionDefinition;

/**
 * Who subscribes, to what, and how.
 *
 * @param definition what it is in the store
 * @param log where events come from
 * @param instance who claims it
 * @param decoder what it wants, and reads it as
 * @param handover how it gets it
 * @param options its own options
 * @param busOptions those of its bus
 */
record Subscriber<T>(
    SubscriptionDefinition definition,
    EventLog log,
    String instance,
    EventDecoder<T> decoder,
    Handover handover,
    SubscriptionOptions options,
    EventBusOptions busOptions) {

  String name() {
    return definition.name();
  }
}
