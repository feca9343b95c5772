package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.SubscriptionOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Everything by way of PgBouncer in transaction mode, where it is installed. */
class PoolerIT {
  private static final Path PGBOUNCER = Path.of("/usr/sbin/pgbouncer");

  /** Something to happen. */
  private record Thing(int number) {}

  private static final EventType<Thing> THING = EventType.of("thing.happened", Thing.class);
  private static final int EVENTS = 300;

  @RegisterExtension final TestDatabase database = TestDatabase.migrated(TestServer.BUNDLED);
  @TempDir private Path folder;

  @Test
  void eventsComeOnceAndSoonThoughNoNoticeIsHeard() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(PGBOUNCER), "no PgBouncer at " + PGBOUNCER);
    int port = freePort();
    Process pooler = start(port);
    Set<Integer> plain = ConcurrentHashMap.newKeySet();
    List<Integer> transactional = new CopyOnWriteArrayList<>();
    try (ConnectionPool here = open(port);
        ConnectionPool there = open(port);
        PostgresEventLog publishing = PostgresEventLog.create(here);
        PostgresEventLog reading = PostgresEventLog.create(there);
        EventBus publisher = EventBus.create("publisher", publishing);
        EventBus subscriber = EventBus.create("subscriber", reading)) {
      SubscriptionOptions all = SubscriptionOptions.defaults().fromEarliest();
      subscriber.subscribe(
          "plain", List.of(THING), all, (event, _) -> plain.add(event.payload().number()));
      subscriber.subscribeTransactional(
          "transactional",
          List.of(THING),
          all,
          (event, _) -> transactional.add(event.payload().number()));
      for (int number = 0; number < EVENTS; number++) {
        publish(publisher, here, number);
      }
      Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> plain.size() == EVENTS && transactional.size() == EVENTS);
      assertThat(transactional).doesNotHaveDuplicates();

      // Idle by now; nobody is told, so that only looking finds the next one.
      reading.awaitBeyond(reading.head(), Duration.ofMillis(2_500));
      long started = System.nanoTime();
      publish(publisher, here, EVENTS);
      Awaitility.await().until(() -> plain.size() == EVENTS + 1);
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(2));
    } finally {
      pooler.destroy();
      pooler.waitFor();
    }
  }

  /** Every third in a transaction of the caller's. */
  private static void publish(EventBus publisher, ConnectionPool pool, int number)
      throws Exception {
    if (number % 3 > 0) {
      publisher.publish(THING, new Thing(number));
      return;
    }
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      publisher.publish(connection, THING, new Thing(number));
      connection.commit();
    }
  }

  /** Statements prepared under a name would be on another connection the next time. */
  private ConnectionPool open(int port) {
    return ConnectionPool.open(
        "jdbc:postgresql://127.0.0.1:%d/%s?prepareThreshold=0".formatted(port, database.name()),
        database.user(),
        database.password(),
        10);
  }

  private Process start(int port) throws IOException {
    Path config = folder.resolve("pgbouncer.ini");
    Files.writeString(
        config,
        """
        [databases]
        * = host=127.0.0.1 port=%d user=%s password=%s
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = %d
        unix_socket_dir =
        auth_type = any
        pool_mode = transaction
        default_pool_size = 10
        ignore_startup_parameters = extra_float_digits
        """
            .formatted(database.port(), database.user(), database.password(), port));
    List<String> command = new ArrayList<>(List.of(PGBOUNCER.toString()));
    if (System.getProperty("user.name").equals("root")) {
      command.addAll(List.of("-u", "nobody")); // it refuses root
    }
    command.add(config.toString());
    Process pooler =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("pgbouncer.log").toFile())
            .start();
    Awaitility.await()
        .untilAsserted(
            () -> {
              assertThat(pooler.isAlive()).as(() -> read(folder.resolve("pgbouncer.log"))).isTrue();
              new Socket(InetAddress.getLoopbackAddress(), port).close();
            });
    return pooler;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
