package io.iworx.eventbus;

import io.iworx.eventbus.spi.LogEntry;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;

/**
 * The ways an event gets into the hands of a handler, with its context in scope. A handler of a
 * supertype may take it: events are only read.
 */
sealed interface Handover {

  /** One event, at least once. */
  record Plain<T>(EventDecoder<T> decoder, EventHandler<? super T> handler, Processing processing)
      implements Handover {
    @SuppressWarnings("unchecked")
    void hand(LogEntry entry, Delivery delivery) throws Exception {
      var narrowed = (EventHandler<T>) handler;
      processing.one(entry, () -> narrowed.handle(decoder.decode(entry), delivery));
    }
  }

  /** Events in a transaction that also moves the checkpoint. */
  sealed interface InTransaction extends Handover {
    void hand(List<LogEntry> entries, Connection connection) throws Exception;
  }

  /** One after the other. */
  record Transactional<T>(
      EventDecoder<T> decoder, TransactionalEventHandler<? super T> handler, Processing processing)
      implements InTransaction {
    @Override
    @SuppressWarnings("unchecked")
    public void hand(List<LogEntry> entries, Connection connection) throws Exception {
      var narrowed = (TransactionalEventHandler<T>) handler;
      for (var entry : entries) {
        processing.one(entry, () -> narrowed.handle(decoder.decode(entry), connection));
      }
    }
  }

  /** All at once. */
  record Batch<T>(
      EventDecoder<T> decoder, BatchEventHandler<? super T> handler, Processing processing)
      implements InTransaction {
    @Override
    @SuppressWarnings("unchecked")
    public void hand(List<LogEntry> entries, Connection connection) throws Exception {
      var narrowed = (BatchEventHandler<T>) handler;
      var events = new ArrayList<Event<T>>(entries.size());
      for (var entry : entries) {
        events.add(decoder.decode(entry));
      }
      if (entries.size() == 1) {
        processing.one(entries.getFirst(), () -> narrowed.handle(events, connection));
      } else {
        processing.together(entries, () -> narrowed.handle(events, connection));
      }
    }
  }
}
