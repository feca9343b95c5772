package io.iworx.server;

import io.iworx.console.Finding;
import io.iworx.postgres.LogHealth;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** What the doctor finds in the database that holds the event log up, or will. */
final class DatabaseFacts {
  private static final Duration OPEN = Duration.ofSeconds(2);
  private static final Duration FOREIGN = Duration.ofMinutes(1);
  private static final double FULL_QUEUE = 0.1;
  private static final long OLD = 1_000_000_000;
  private static final long LARGE_CHECKPOINTS_MB = 100;
  private static final long MB = 1024L * 1024;

  private DatabaseFacts() {}

  static List<Finding> of(DataSource database) throws SQLException {
    return of(LogHealth.of(database, OPEN, FOREIGN));
  }

  static List<Finding> of(LogHealth health) {
    var findings = new ArrayList<Finding>();
    if (health.holders().isEmpty()) {
      findings.add(Finding.good("transactions", "No open transaction holds the event log up."));
    }
    health.holders().forEach(it -> findings.add(holder(it)));
    findings.add(notices(health.noticeQueue()));
    findings.add(age(health.transactionAge()));
    findings.add(size(health));
    return findings;
  }

  private static Finding holder(LogHealth.Holder holder) {
    var does =
        switch (holder.hold()) {
          case PUBLISHING ->
              "has written to domain_events and not ended: its events cannot be delivered before it commits";
          case BLOCKING -> "blocks others that want to use domain_events";
          case STOPPING_PRUNING ->
              "keeps old row versions from being removed: checkpoints get slower, tables larger";
        };
    var prepared = holder.prepared();
    if (prepared != null) {
      return Finding.bad(
          "transactions",
          "The prepared transaction '%s' of %s, %s old, %s."
              .formatted(prepared, holder.user(), seconds(holder.age()), does),
          "Its coordinator has to end it; by hand: COMMIT PREPARED '%s' or ROLLBACK PREPARED '%s'."
              .formatted(prepared, prepared));
    }
    return Finding.bad(
        "transactions",
        "Session %d (application '%s', user %s, %s, transaction open for %s, last query begun %s ago: %s) %s."
            .formatted(
                holder.pid(),
                holder.application(),
                holder.user(),
                holder.state(),
                seconds(holder.age()),
                seconds(holder.queryAge()),
                holder.query(),
                does),
        "Have it commit or roll back; by force: SELECT pg_terminate_backend(%d)."
            .formatted(holder.pid()));
  }

  private static String seconds(Duration age) {
    return "%.1f s".formatted(age.toMillis() / 1000.0);
  }

  private static Finding notices(double usage) {
    var says = "The queue of notices is %.1f %% full.".formatted(usage * 100);
    return usage < FULL_QUEUE
        ? Finding.good("notices", says)
        : Finding.bad(
            "notices",
            says,
            "A session that listens is in a long transaction; pg_notification_queue_usage() and pg_stat_activity show it. Full, transactions that notify fail; events are found by polling all the same.");
  }

  private static Finding age(long transactions) {
    var says =
        "The oldest row was frozen %,d transactions ago; at 2,000,000,000 the database stops."
            .formatted(transactions);
    return transactions < OLD
        ? Finding.good("transaction age", says)
        : Finding.bad(
            "transaction age",
            says,
            "Autovacuum does not keep up: end old transactions and slots, and VACUUM FREEZE the largest tables.");
  }

  private static Finding size(LogHealth health) {
    var checkpoints = health.checkpointBytes() / MB;
    var says =
        "domain_events has %,d MB with its indexes, checkpoints and leases %,d MB."
            .formatted(health.logBytes() / MB, checkpoints);
    return checkpoints < LARGE_CHECKPOINTS_MB
        ? Finding.good("size", says)
        : Finding.bad(
            "size",
            says,
            "A few hundred rows should fit one: an old transaction kept their old versions. End it, then VACUUM FULL event_subscription_partitions at a quiet time.");
  }
}
