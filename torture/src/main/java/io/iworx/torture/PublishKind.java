package io.iworx.torture;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** How an event is published. */
enum PublishKind {
  /** By itself. */
  PLAIN(40, false),
  /** Several at once, all or none. */
  MANY(8, false),
  /** In a transaction with a business row. */
  WITH_ROW(25, true),
  /** The same, with the transaction open for a second or two. */
  SLOW(4, true),
  /** In a transaction with a business row that is rolled back. */
  ROLLED_BACK(10, true),
  /** By a service that knows only the columns of the platform's old table. */
  OLD_COLUMNS(8, false),
  /** In a transaction that is prepared, and committed later. */
  PREPARED(0, true);

  private static final List<PublishKind> DECK =
      Stream.of(values()).flatMap(it -> Stream.generate(() -> it).limit(it.weight)).toList();

  private final int weight;
  private final boolean withRow;

  PublishKind(int weight, boolean withRow) {
    this.weight = weight;
    this.withRow = withRow;
  }

  static PublishKind draw(RandomGenerator random) {
    return DECK.get(random.nextInt(DECK.size()));
  }

  /** Whether a business row commits with the event, or neither does. */
  boolean withRow() {
    return withRow;
  }
}
