package io.iworx.torture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The journal of a publisher: what it is about to publish, and how that ended. */
final class Deeds implements AutoCloseable {
  static final String PREFIX = "publisher-";
  private static final String INTENDED = "intended";
  private static final String ACKNOWLEDGED = "acknowledged";
  private static final String ROLLED_BACK = "rolled-back";

  private final Journal journal;

  private Deeds(Journal journal) {
    this.journal = journal;
  }

  static Deeds open(Path folder, String worker) throws IOException {
    return new Deeds(Journal.open(folder, PREFIX + worker));
  }

  void intend(String id, PublishKind kind, int key, Mood mood) {
    journal.note(INTENDED, id, kind.name(), Integer.toString(key), mood.name());
  }

  void acknowledge(String id) {
    journal.note(ACKNOWLEDGED, id);
  }

  /** It was given up without a commit ever having been asked for. */
  void rollBack(String id) {
    journal.note(ROLLED_BACK, id);
  }

  /** What all publishers of a round noted, by event id. */
  static Map<String, Published> read(Path folder) throws IOException {
    var published = new HashMap<String, Published>();
    for (var line : Journal.read(folder, PREFIX)) {
      var id = line.rest().getFirst();
      switch (line.word()) {
        case INTENDED ->
            published.put(
                id,
                Published.intended(
                    id,
                    PublishKind.valueOf(line.rest().get(1)),
                    Keys.named(Integer.parseInt(line.rest().get(2))),
                    Mood.valueOf(line.rest().get(3)),
                    line.at()));
        case ACKNOWLEDGED -> published.computeIfPresent(id, (_, it) -> it.acknowledged(line.at()));
        case ROLLED_BACK -> published.computeIfPresent(id, (_, it) -> it.rolledBack());
        default -> throw new TortureException("A journal says " + line + ".", null);
      }
    }
    return published;
  }

  @Override
  public void close() throws IOException {
    journal.close();
  }
}
