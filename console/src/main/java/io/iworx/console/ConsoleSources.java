package io.iworx.console;

import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.gateway.Gateway;
import io.iworx.sagas.spi.SagaOperations;
import io.iworx.trace.spi.TraceStore;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the console shows; all of it stays the giver's to close.
 *
 * @param gateway whose routes and health
 * @param reload has the gateway read its configuration again; throws with a sentence when that
 *     cannot be used
 * @param eventLog the events and the subscriptions to them
 * @param sagas how sagas stand, and what can be done with them
 * @param bus publishes what an administrator publishes
 * @param traces what correlation ids set off
 * @param facts what the process that runs it knows about itself: machine, database
 * @param metrics the metrics as Prometheus reads them; null when nobody is to read them
 */
public record ConsoleSources(
    Gateway gateway,
    Runnable reload,
    EventLog eventLog,
    SagaOperations sagas,
    EventBus bus,
    TraceStore traces,
    Supplier<List<Finding>> facts,
    @Nullable Supplier<String> metrics) {}
