package io.iworx.sagas;

import io.iworx.eventbus.NewEvent;
import java.util.ArrayList;
import java.util.List;

/** What waits for the next commit of a saga, whichever branch it comes from. */
final class Pending {
  private final List<Journal.Entry> entries = new ArrayList<>();
  private final List<NewEvent<?>> events = new ArrayList<>();

  /** What waits at one moment: whatever led to a record waits with it, or is committed. */
  record Batch(List<Journal.Entry> entries, List<NewEvent<?>> events) {
    boolean isEmpty() {
      return entries.isEmpty() && events.isEmpty();
    }
  }

  synchronized void note(Journal.Entry entry) {
    entries.add(entry);
  }

  synchronized void publish(NewEvent<?> event) {
    events.add(event);
  }

  synchronized void dropEvents() {
    events.clear();
  }

  synchronized Batch now() {
    return new Batch(List.copyOf(entries), List.copyOf(events));
  }

  synchronized void committed(Batch batch) {
    entries.removeAll(batch.entries());
    events.removeAll(batch.events());
  }
}
