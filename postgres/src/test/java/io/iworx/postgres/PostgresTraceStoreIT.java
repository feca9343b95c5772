package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.Identity;
import io.iworx.trace.TraceEntry;
import io.iworx.trace.TraceEntry.Kind;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestServer.class)
class PostgresTraceStoreIT {
  private static final Instant START = Instant.parse("2026-11-23T10:00:00.123456Z");
  private static final Identity ALL = new Identity(null, null, true);

  @RegisterExtension final TestDatabase database;

  PostgresTraceStoreIT(TestServer server) {
    database = TestDatabase.migrated(server);
  }

  private static TraceEntry entry(Kind kind, String id, String organization, int second) {
    Correlation correlation =
        Correlation.of("story")
            .withCausationId("cause")
            .withCallingService(Correlation.EXTERNAL)
            .withIdentity(Identity.of("user", organization));
    return new TraceEntry(
        kind,
        id,
        correlation,
        "assets",
        "GET /1",
        START.plusSeconds(second),
        Duration.ofMillis(12),
        true,
        "200");
  }

  @Test
  void givesBackWhatItKeptByTime() {
    PostgresTraceStore store = PostgresTraceStore.create(database.pool());
    TraceEntry late = entry(Kind.STEP, "late", "org-1", 5);
    TraceEntry early = entry(Kind.HOP, "early", "org-1", 1);
    store.append(List.of(late, early));
    store.append(List.of(late, entry(Kind.DELIVERY, "late", "org-1", 9)));
    assertThat(store.find("story", ALL))
        .containsExactly(early, late, entry(Kind.DELIVERY, "late", "org-1", 9));
    assertThat(store.find("another", ALL)).isEmpty();
  }

  @Test
  void showsAViewerTheirOwnOrganization() throws SQLException {
    PostgresTraceStore store = PostgresTraceStore.create(database.pool());
    store.append(
        List.of(entry(Kind.HOP, "ours", "org-1", 1), entry(Kind.HOP, "theirs", "org-2", 2)));
    database.execute(
        """
        INSERT INTO domain_events (event_id, event_type, service_name, correlation_id, payload, metadata) VALUES
          ('e1', 'a', 's', 'story', '{}', '{"organizationId": "org-1", "createdBy": "u"}'),
          ('e2', 'a', 's', 'story', '{}', '{"organizationId": "org-2"}'),
          ('e3', 'a', 's', 'story', '{}', NULL)
        """);
    assertThat(store.find("story", Identity.of("u", "org-1")))
        .extracting(TraceEntry::id)
        .containsExactly("ours", "e1");
    assertThat(store.find("story", ALL))
        .extracting(TraceEntry::id)
        .containsExactly("ours", "theirs", "e1", "e2", "e3");
    assertThat(store.find("story", Identity.NONE)).isEmpty();
  }

  @Test
  void isNotUpsetByWhatOthersStored() throws SQLException {
    database.execute(
        """
        INSERT INTO domain_events
          (event_type, service_name, correlation_id, causation_id, payload, metadata, published_at, created_at)
        VALUES ('odd', '', 'story', 'no id at all', '[]', '[1]', NULL, NULL),
               ('odd', '', 'story', NULL, '1', '"x"', '-infinity', now())
        """);
    assertThat(PostgresTraceStore.create(database.pool()).find("story", ALL))
        .hasSize(2)
        .allSatisfy(found -> assertThat(found.kind()).isEqualTo(Kind.EVENT))
        .allSatisfy(found -> assertThat(found.correlation().causationId()).isNull());
    assertThat(PostgresTraceStore.create(database.pool()).find("' OR '1'='1", ALL)).isEmpty();
  }

  @Test
  void keepsTextWithNulAndOfAnyLength() {
    PostgresTraceStore store = PostgresTraceStore.create(database.pool());
    TraceEntry entry =
        new TraceEntry(
            Kind.HOP,
            "h",
            Correlation.of("story"),
            "s\0",
            "n".repeat(100_000),
            START,
            Duration.ZERO,
            false,
            "\0");
    store.append(List.of(entry));
    assertThat(store.find("story", ALL))
        .singleElement()
        .satisfies(kept -> assertThat(kept.succeeded()).isFalse());
  }
}
