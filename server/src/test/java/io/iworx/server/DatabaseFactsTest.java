package io.iworx.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.console.Finding;
import io.iworx.postgres.LogHealth;
import io.iworx.postgres.LogHealth.Hold;
import io.iworx.postgres.LogHealth.Holder;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the doctor makes of the state of the database. */
class DatabaseFactsTest {
  private static final long MB = 1024L * 1024;

  private static Holder holder(Hold hold, @Nullable String prepared) {
    return new Holder(
        hold,
        prepared == null ? 4711 : 0,
        prepared,
        "slow-importer",
        "app",
        "idle in transaction",
        Duration.ofSeconds(90),
        Duration.ofMillis(1_500),
        "INSERT INTO domain_events");
  }

  @Test
  void findsNothingWrongInAHealthyDatabase() {
    assertThat(DatabaseFacts.of(new LogHealth(List.of(), 0, 200_000_000, 500 * MB, MB)))
        .allMatch(Finding::ok);
  }

  @Test
  void namesSessionAndWhatToDo() {
    var findings =
        DatabaseFacts.of(new LogHealth(List.of(holder(Hold.PUBLISHING, null)), 0, 1, MB, MB));
    var bad = findings.stream().filter(it -> !it.ok()).toList();
    assertThat(bad).hasSize(1);
    assertThat(bad.getFirst().says())
        .contains("4711", "slow-importer", "user app", "idle in transaction", "90.0 s", "1.5 s")
        .contains("INSERT INTO domain_events");
    assertThat(bad.getFirst().advice()).contains("pg_terminate_backend(4711)");
  }

  @Test
  void namesPreparedTransactions() {
    var findings =
        DatabaseFacts.of(
            new LogHealth(List.of(holder(Hold.STOPPING_PRUNING, "tx-1")), 0, 1, MB, MB));
    assertThat(findings.getFirst().says()).contains("prepared transaction 'tx-1'");
    assertThat(findings.getFirst().advice()).contains("ROLLBACK PREPARED 'tx-1'");
  }

  @Test
  void warnsOfFullQueuesOldRowsAndLargeCheckpoints() {
    assertThat(DatabaseFacts.of(new LogHealth(List.of(), 0.5, 1_500_000_000, MB, 200 * MB)))
        .filteredOn(it -> !it.ok())
        .extracting(Finding::check)
        .containsExactly("notices", "transaction age", "size");
  }
}
