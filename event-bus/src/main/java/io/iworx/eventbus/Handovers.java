package io.iworx.eventbus;

import io.iworx.eventbus.spi.ClaimLostException;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.SubscriptionStore;
import io.iworx.eventbus.spi.TransactionalWork;
import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/** The two ways to a handler: without and with a transaction. */
final class Handovers {
  private Handovers() {}

  static <T> Handover plain(EventDecoder<T> decoder, EventHandler<? super T> handler) {
    EventHandler<T> narrowed = narrow(handler);
    return (entry, delivery, _) -> {
      try {
        narrowed.handle(decoder.decode(entry), delivery);
      } catch (Throwable e) { // an Error of a handler is a failure like any other
        throw new Handover.HandlerFailed(e);
      }
    };
  }

  static <T> Handover transactional(
      EventDecoder<T> decoder,
      TransactionalEventHandler<? super T> handler,
      SubscriptionStore store) {
    TransactionalEventHandler<T> narrowed = narrowTransactional(handler);
    return (entry, _, tenure) -> {
      var work = new HandlerWork<>(decoder, narrowed, entry);
      var askedAt = System.nanoTime();
      try {
        store.handleIn(tenure.claim(), entry.position(), work);
      } catch (Exception e) {
        throw work.judged(e);
      }
      tenure.committed(entry.position(), askedAt);
    };
  }

  /** The handler in the transaction; knows afterwards whose fault a failure is. */
  private static final class HandlerWork<T> implements TransactionalWork {
    private final EventDecoder<T> decoder;
    private final TransactionalEventHandler<T> handler;
    private final LogEntry entry;
    private @Nullable Throwable failure;
    private boolean done;

    HandlerWork(EventDecoder<T> decoder, TransactionalEventHandler<T> handler, LogEntry entry) {
      this.decoder = decoder;
      this.handler = handler;
      this.entry = entry;
    }

    @Override
    public void run(Connection connection) throws Exception {
      try {
        handler.handle(decoder.decode(entry), connection);
        done = true;
      } catch (Exception | Error e) {
        failure = e;
        throw e;
      }
    }

    Exception judged(Exception thrown) {
      if (failure != null) {
        return new Handover.HandlerFailed(failure);
      }
      return done && !(thrown instanceof ClaimLostException)
          ? new Handover.CommitFailed(thrown)
          : thrown;
    }
  }

  /** A handler of a supertype may take the event: events are only read. */
  @SuppressWarnings("unchecked")
  private static <T> EventHandler<T> narrow(EventHandler<? super T> handler) {
    return (EventHandler<T>) handler;
  }

  @SuppressWarnings("unchecked")
  private static <T> TransactionalEventHandler<T> narrowTransactional(
      TransactionalEventHandler<? super T> handler) {
    return (TransactionalEventHandler<T>) handler;
  }
}
