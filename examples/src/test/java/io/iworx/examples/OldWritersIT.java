package io.iworx.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iworx.correlation.Uuid7;
import java.net.URI;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.json.JsonMapper;

/** Services that are not moved yet insert into the table of events with its old columns only. */
@ExtendWith(SharedStage.class)
class OldWritersIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final Stage stage;
  private final Api api;

  OldWritersIT(Stage stage) {
    this.stage = stage;
    this.api = stage.user("ada", Uuid7.next());
  }

  @Test
  void theirEventsAreDelivered() throws Exception {
    var asset = api.asset();
    insert("{\"workOrderId\":\"old-1\",\"assetId\":\"" + asset + "\"}");
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              var history = api.get("/api/assets/" + asset + "/history").is(200).body();
              assertThat(history.size()).isEqualTo(1);
              assertThat(history.path(0).path("work_order_id").asString("")).isEqualTo("old-1");
            });
  }

  @Test
  void anEventNobodyCanUseIsSetAsideAndHoldsUpNothing() throws Exception {
    var asset = api.asset();
    insert("{\"assetId\":\"no asset\"}");
    insert("[1, 2]");
    insert("{\"workOrderId\":\"old-2\",\"assetId\":\"" + asset + "\"}");
    await()
        .atMost(SOON)
        .until(() -> api.get("/api/assets/" + asset + "/history").is(200).body().size() == 1);
  }

  private void insert(String payload) throws Exception {
    try (var connection = connect();
        var statement =
            connection.prepareStatement(
                """
                INSERT INTO domain_events (event_id, event_type, service_name, payload)
                VALUES (?, 'work_order.completed', 'old-service', ?::jsonb)\
                """)) {
      statement.setString(1, "old-" + Uuid7.next());
      statement.setString(2, payload);
      statement.executeUpdate();
    }
  }

  private Connection connect() throws Exception {
    var instance = Files.readString(stage.folder().resolve("instance.json"));
    var url = JsonMapper.shared().readTree(instance).path("database").asString("");
    return connect(URI.create(url));
  }

  private static Connection connect(URI url) throws SQLException {
    var login = url.getUserInfo().split(":", 2);
    return DriverManager.getConnection(
        "jdbc:postgresql://" + url.getHost() + ":" + url.getPort() + url.getPath(),
        login[0],
        login[1]);
  }
}
