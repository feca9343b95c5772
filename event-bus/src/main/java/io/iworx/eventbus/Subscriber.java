package io.iworx.eventbus;

import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.SubscriptionDefinition;

/**
 * Who subscribes, to what, and how.
 *
 * @param definition name, service, patterns and start
 * @param log where events come from
 * @param instance who claims it
 * @param decoder what it wants, and reads it as
 * @param handover how it gets it
 * @param inOrder whether it gets one event after the other, in the order of the log
 * @param options its own options
 * @param busOptions those of its bus
 */
record Subscriber<T>(
    SubscriptionDefinition definition,
    EventLog log,
    String instance,
    EventDecoder<T> decoder,
    Handover handover,
    boolean inOrder,
    SubscriptionOptions options,
    EventBusOptions busOptions) {

  String name() {
    return definition.name();
  }
}
