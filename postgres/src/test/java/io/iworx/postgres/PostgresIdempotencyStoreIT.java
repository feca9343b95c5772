package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.gateway.spi.IdempotencyStore.Answer;
import io.iworx.gateway.spi.IdempotencyStore.Begun;
import io.iworx.gateway.spi.IdempotencyStore.Claim;
import io.iworx.gateway.spi.IdempotencyStore.OwnedKey;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What is known of a key, and to whom. */
@ParameterizedClass
@EnumSource(TestServer.class)
class PostgresIdempotencyStoreIT {
  private static final OwnedKey KEY = new OwnedKey("acme", "ada", "assets any", "k-1");
  private static final byte[] FINGERPRINT = {1, 2, 3};
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration DAY = Duration.ofDays(1);

  @RegisterExtension final TestDatabase database;

  PostgresIdempotencyStoreIT(TestServer server) {
    database = TestDatabase.migrated(server);
  }

  private PostgresIdempotencyStore store() {
    return PostgresIdempotencyStore.create(database.pool());
  }

  private Begun begin(OwnedKey key, byte... fingerprint) {
    return store().begin(key, fingerprint, MINUTE, DAY);
  }

  private Claim first() {
    return ((Begun.First) begin(KEY, FINGERPRINT)).claim();
  }

  private void execute(String sql) throws SQLException {
    try (var connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void oneOfManyIsTheFirst() throws Exception {
    try (var threads = Executors.newFixedThreadPool(16)) {
      var begun =
          threads.invokeAll(
              Collections.<Callable<Begun>>nCopies(64, () -> begin(KEY, FINGERPRINT)));
      assertThat(begun.stream().map(Future::resultNow).filter(Begun.First.class::isInstance))
          .hasSize(1);
      assertThat(begun.stream().map(Future::resultNow).filter(Begun.Running.class::isInstance))
          .hasSize(63);
    }
  }

  @Test
  void anAnswerIsFoundAsItWas() {
    var body = new byte[] {0, 1, (byte) 0xff};
    var headers = List.of(Map.entry("set-cookie", "a"), Map.entry("set-cookie", "b"));
    store().answered(first(), 201, new Answer(201, headers, body));
    assertThat(begin(KEY, FINGERPRINT))
        .isInstanceOfSatisfying(
            Begun.Answered.class,
            it -> {
              assertThat(it.answer().status()).isEqualTo(201);
              assertThat(it.answer().headers()).isEqualTo(headers);
              assertThat(it.answer().body()).isEqualTo(body);
            });
  }

  @Test
  void whatElseMayBeKnownOfAKey() {
    assertThat(begin(KEY, (byte) 9)).isInstanceOf(Begun.First.class);
    assertThat(begin(KEY, FINGERPRINT)).isInstanceOf(Begun.Other.class);
    var lost = new OwnedKey("acme", "ada", "assets any", "k-2");
    store().answered(((Begun.First) begin(lost, FINGERPRINT)).claim(), 200, null);
    assertThat(begin(lost, FINGERPRINT)).isEqualTo(new Begun.AnswerLost(200));
    var unknown = new OwnedKey("acme", "ada", "assets any", "k-3");
    store().unknown(((Begun.First) begin(unknown, FINGERPRINT)).claim());
    assertThat(begin(unknown, FINGERPRINT)).isInstanceOf(Begun.Unknown.class);
  }

  @Test
  void aKeyIsOneOrganizationsUsersAndRoutes() {
    first();
    for (var other :
        List.of(
            new OwnedKey("other", "ada", "assets any", "k-1"),
            new OwnedKey("acme", "bob", "assets any", "k-1"),
            new OwnedKey("acme", "ada", "people any", "k-1"))) {
      assertThat(begin(other, (byte) 7)).isInstanceOf(Begun.First.class);
    }
  }

  @Test
  void aReleasedKeyIsFree() {
    store().release(first());
    assertThat(begin(KEY, FINGERPRINT)).isInstanceOf(Begun.First.class);
  }

  @Test
  void whoRanTooLongLeavesItUnknownAndStillMaySayWhatHappened() throws SQLException {
    var claim = first();
    execute("UPDATE gateway_idempotency SET running_until = clock_timestamp()");
    assertThat(begin(KEY, FINGERPRINT)).isInstanceOf(Begun.Unknown.class);
    store().answered(claim, 200, new Answer(200, List.of(), new byte[0]));
    assertThat(begin(KEY, FINGERPRINT)).isInstanceOf(Begun.Answered.class);
  }

  @Test
  void anOldKeyIsForgottenAndItsLateHolderChangesNothing() throws SQLException {
    var old = first();
    execute("UPDATE gateway_idempotency SET expires_at = clock_timestamp()");
    assertThat(begin(KEY, FINGERPRINT)).isInstanceOf(Begun.First.class);
    store().release(old);
    store().unknown(old);
    store().answered(old, 200, null);
    assertThat(begin(KEY, FINGERPRINT)).isInstanceOf(Begun.Running.class);
  }

  @Test
  void saysThatItCannot() {
    var pool = database.openPool(1);
    pool.close();
    assertThatThrownBy(
            () -> PostgresIdempotencyStore.create(pool).begin(KEY, FINGERPRINT, MINUTE, DAY))
        .isInstanceOf(GatewayStoreException.class);
  }
}
