package io.iworx.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Uuid7;
import java.net.URI;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.json.JsonMapper;

/** A service in a process of its own, beside a platform, on the platform's database. */
@ExtendWith(SharedStage.class)
class ExampleCommandIT {
  private final Stage stage;

  ExampleCommandIT(Stage stage) {
    this.stage = stage;
  }

  @Test
  void runsOneServiceAlone() throws Exception {
    var organization = Uuid7.next();
    var instance =
        JsonMapper.shared().readTree(Files.readString(stage.folder().resolve("instance.json")));
    try (var alone =
        Child.start(
            "example",
            "people",
            "--gateway",
            stage.platform().gateway().toString(),
            "--database",
            instance.path("database").asString(""),
            "--data",
            stage.folder().toString())) {
      var line = alone.said().getLast();
      assertThat(line).startsWith("people-service listens on http://127.0.0.1:");
      var direct =
          new Api(URI.create(line.substring(line.indexOf("http"))), "not looked at")
              .with("x-organization-id", organization);
      var id = direct.post("/", Map.of("first_name", "Ada", "last_name", "B")).is(201).id();
      stage.user("ada", organization).get("/api/people/" + id).is(200);
    }
  }
}
