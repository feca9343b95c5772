package io.iworx.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventBusOptions;
import io.iworx.eventbus.EventType;
import io.iworx.postgres.ConnectionPool;
import io.iworx.postgres.PostgresEventLog;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another number of partitions by command, at a running instance; also when that is killed. */
class RepartitionCommandIT {
  /** Something to happen. */
  private record Thing(String thingId, int number) {}

  private static final EventType<Thing> THING =
      EventType.of("thing.happened", Thing.class).keyedBy("thingId");
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int KEYS = 13;
  private static final Pattern ADVICE = Pattern.compile("'\\./iworx (subscriptions [^']*)'");

  @TempDir Path temp = Path.of("");
  private final Map<String, List<Integer>> published = new LinkedHashMap<>();
  private final CountDownLatch goOn = new CountDownLatch(1);
  private int number;

  private String data() {
    return temp.resolve("data").toString();
  }

  private String run(String command) {
    var words = new ArrayList<>(List.of(command.split(" ")));
    words.addAll(List.of("--data", data()));
    var out = new StringWriter();
    Iworx.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(out, true))
        .execute(words.toArray(String[]::new));
    return out.toString();
  }

  private void publish(EventBus bus, int count) {
    for (var left = count; left > 0; left--) {
      var thing = "thing-" + number % KEYS;
      bus.publish(THING, new Thing(thing, number));
      published.computeIfAbsent(thing, _ -> new ArrayList<>()).add(number++);
    }
  }

  private EventBus subscribed(PostgresEventLog log) {
    var bus =
        EventBus.create(
            "divider", log, EventBusOptions.defaults().withLease(Duration.ofSeconds(2)));
    bus.subscribeTransactional(
        "divided",
        List.of(THING),
        (event, connection) -> {
          if (event.payload().number() == 5) {
            goOn.await();
          }
          try (var insert =
              connection.prepareStatement(
                  "INSERT INTO divided_effects (thing, number) VALUES (?, ?)")) {
            insert.setString(1, event.payload().thingId());
            insert.setInt(2, event.payload().number());
            insert.executeUpdate();
          }
        });
    return bus;
  }

  private static Map<String, List<Integer>> effects(DataSource database) throws SQLException {
    var effects = new LinkedHashMap<String, List<Integer>>();
    try (var connection = database.getConnection();
        var statement = connection.createStatement();
        var row = statement.executeQuery("SELECT thing, number FROM divided_effects ORDER BY n")) {
      while (row.next()) {
        effects.computeIfAbsent(row.getString(1), _ -> new ArrayList<>()).add(row.getInt(2));
      }
    }
    return effects;
  }

  private static int count(Map<String, List<Integer>> things) {
    return things.values().stream().mapToInt(List::size).sum();
  }

  /** What happens at an instance with that subscription. */
  @FunctionalInterface
  private interface Story {
    void told(EventBus bus, DataSource database) throws SQLException;
  }

  private void atAnInstance(Story story) throws SQLException {
    try (var up = Child.start(temp, "up", "--data", data(), "--port", "0", "--console-port", "0")) {
      up.ready();
      var address = DatabaseAddress.parse(Instance.require(Path.of(data())).database());
      try (var pool =
              ConnectionPool.open(address.jdbcUrl(), address.user(), address.password(), 10);
          var log = PostgresEventLog.create(pool)) {
        try (var connection = pool.getConnection();
            var statement = connection.createStatement()) {
          statement.execute(
              "CREATE TABLE divided_effects (n bigint GENERATED ALWAYS AS IDENTITY, thing text, number integer)");
        }
        try (var bus = subscribed(log)) {
          story.told(bus, pool);
          Awaitility.await().atMost(LONG).until(() -> count(effects(pool)) >= number);
        } finally {
          goOn.countDown(); // whatever failed
        }
        assertThat(effects(pool)).isEqualTo(published); // once, and in order
      }
    }
  }

  @Test
  void repeatedAfterAKillHalfWayItLosesDoublesAndReordersNothing() throws Exception {
    atAnInstance(
        (bus, database) -> {
          publish(bus, 100);
          killedHalfWay(database);
          publish(bus, 100);
          goOn.countDown();
          finishedAsTheDoctorSays(database);
          publish(bus, 100);
          Awaitility.await()
              .atMost(LONG)
              .untilAsserted(
                  () -> assertThat(run("doctor --subscription divided")).doesNotContain("✗"));
        });
  }

  /** A handler is in the middle of an event, so that the command has to wait. */
  private void killedHalfWay(DataSource database) throws SQLException {
    try (var command =
        Child.start(
            temp,
            "subscriptions",
            "repartition",
            "divided",
            "--partitions",
            "7",
            "--data",
            data())) {
      Awaitility.await().atMost(LONG).until(() -> command.out().contains("divider"));
      assertThat(run("doctor --subscription divided")).contains("✓", "is being changed to 7");
      awaitLook(database);
      awaitLook(database); // by now what the one before had seen is heeded
      command.kill();
    }
  }

  /** An instance stops where it is to once it has looked, which it does when it tells of itself. */
  private static void awaitLook(DataSource database) throws SQLException {
    var before = presentUntil(database);
    Awaitility.await().atMost(LONG).until(() -> !presentUntil(database).equals(before));
  }

  private static Instant presentUntil(DataSource database) throws SQLException {
    try (var connection = database.getConnection();
        var statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "SELECT max(lease_until) FROM event_subscription_instances WHERE subscription = 'divided'")) {
      row.next();
      return row.getObject(1, OffsetDateTime.class).toInstant();
    }
  }

  private void finishedAsTheDoctorSays(DataSource database) throws SQLException {
    Awaitility.await()
        .atMost(LONG)
        .until(() -> run("doctor --subscription divided").contains("Nobody has gone on with it"));
    assertThat(count(effects(database))).isLessThanOrEqualTo(100);
    var advice = ADVICE.matcher(run("doctor --subscription divided"));
    assertThat(advice.find()).isTrue();
    assertThat(run(advice.group(1))).contains("divided has 7 partitions.");
    assertThat(run("subscriptions --json")).contains("\"partition\":6").doesNotContain("stopAt");
  }

  @Test
  void whatIsLeftUnfinishedIsCancelledOrGivenUp() throws Exception {
    atAnInstance(
        (bus, database) -> {
          publish(bus, 50);
          assertThat(run("subscriptions repartition divided --partitions 3 --within 1s"))
              .contains("goes on with its 4 partitions", "divider");
          killedHalfWay(database);
          assertThat(run("subscriptions repartition divided --cancel"))
              .contains("keeps its 4 partitions");
          publish(bus, 50);
          goOn.countDown();
        });
  }
}
