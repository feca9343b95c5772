package io.iworx.torture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** The journal of a subscriber's handlers that write no rows. */
final class Deliveries implements AutoCloseable {
  private static final String PREFIX = "subscriber-";
  private static final String GARBLED = "garbled";

  private final Journal journal;

  private Deliveries(Journal journal) {
    this.journal = journal;
  }

  static Deliveries open(Path folder, String worker) throws IOException {
    return new Deliveries(Journal.open(folder, PREFIX + worker));
  }

  void note(Audience audience, String id) {
    journal.note(audience.name(), id);
  }

  /** An event came with another payload than it was published with. */
  void noteGarbled(String id) {
    journal.note(GARBLED, id);
  }

  /** The ids of the events that came with another payload. */
  static Set<String> readGarbled(Path folder) throws IOException {
    return Set.copyOf(read(folder, GARBLED));
  }

  /** The ids of the events that handlers of a kind handled, in the order in which they did. */
  static List<String> read(Path folder, Audience audience) throws IOException {
    return read(folder, audience.name());
  }

  private static List<String> read(Path folder, String word) throws IOException {
    return Journal.read(folder, PREFIX).stream()
        .filter(it -> it.word().equals(word))
        .map(it -> Objects.requireNonNull(it.rest().getFirst()))
        .toList();
  }

  @Override
  public void close() throws IOException {
    journal.close();
  }
}
