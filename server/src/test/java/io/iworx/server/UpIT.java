package io.iworx.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** {@code up} as a user has it: a process that is started, used, stopped and killed. */
class UpIT {
  @TempDir Path temp = Path.of("");

  private Child up(String... more) {
    var arguments = new ArrayList<>(List.of("up", "--data", data()));
    arguments.addAll(List.of(more));
    for (var port : List.of("--port", "--console-port")) {
      if (!arguments.contains(port)) {
        arguments.addAll(List.of(port, "0"));
      }
    }
    return Child.start(temp, arguments.toArray(String[]::new));
  }

  private String data() {
    return temp.resolve("data").toString();
  }

  private record Said(int exitCode, String out, String err) {}

  private static Said run(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    var code =
        Iworx.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments);
    return new Said(code, out.toString(), err.toString());
  }

  @Test
  void startsIsUsedAsItsBannerSaysAndStopsWithoutATrace() throws Exception {
    var up = up().ready();
    try (up) {
      assertThat(permissions("instance.json")).isEqualTo("rw-------");
      assertThat(permissions("secret")).isEqualTo("rw-------");

      var pasted = paste(up.out());
      assertThat(pasted).contains("\"name\":\"Pump 7\"").contains("POST /api/assets");
      assertThat(pasted).contains("asset.created");

      commandsFindIt();
      var second = up();
      assertThat(second.exitCode()).isEqualTo(2);
      assertThat(second.err()).contains("is in use by process").hasLineCount(1);

      var processes = up.descendants();
      assertThat(processes).isNotEmpty();
      up.terminate();
      assertThat(up.exitCode()).isEqualTo(143);
      assertThat(processes).noneMatch(ProcessHandle::isAlive);
    }
    assertThat(temp.resolve("data/instance.json")).doesNotExist();
    logHoldsNoSecrets();
  }

  /** Runs the lines below the banner that are meant to be pasted. */
  private String paste(String banner) throws IOException {
    var script =
        banner
            .lines()
            .filter(line -> line.startsWith("TOKEN=") || line.startsWith("curl "))
            .collect(Collectors.joining(" && echo && \n"));
    assertThat(script.lines()).hasSize(4);
    var shell = new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).start();
    return new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private void commandsFindIt() {
    var doctor = run("doctor", "--data", data());
    assertThat(doctor.out()).contains("✓ database: PostgreSQL", "✓ fsync", "✓ route assets");
    assertThat(doctor.exitCode()).as(doctor.out()).isZero();
    assertThat(run("routes", "--data", data()).out()).contains("/api/assets", "healthy");
    var published =
        run("events", "publish", "asset.updated", "{\"assetId\":\"a-1\"}", "--data", data());
    assertThat(published.out()).startsWith("published ");
    var events =
        run("events", "tail", "--from", "earliest", "--no-follow", "--json", "--data", data());
    assertThat(events.out()).hasLineCount(2).contains("asset.created", "asset.updated");
    assertThat(run("trace", "nobody-sent-this", "--data", data()).exitCode()).isEqualTo(1);
    assertThat(run("token", "--anon", "--data", data()).out()).startsWith("eyJ");
  }

  private void logHoldsNoSecrets() throws IOException {
    var log = Files.readString(temp.resolve("data/iworx.log"));
    assertThat(log.lines()).isNotEmpty();
    log.lines().forEach(line -> JsonMapper.shared().readTree(line));
    assertThat(log)
        .doesNotContain(
            Files.readString(temp.resolve("data/secret")).strip(), "eyJ", "postgresql://");
  }

  private String permissions(String file) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(temp.resolve("data").resolve(file)));
  }

  @Test
  void comesBackAfterAKillWithWhatItHad() throws Exception {
    try (var first = up().ready()) {
      assertThat(first.err()).contains("starting the gateway");
      run("events", "publish", "asset.updated", "{\"assetId\":\"a-1\"}", "--data", data());
      var processes = first.descendants();
      first.kill();
      assertThat(run("routes", "--data", data()).exitCode()).isEqualTo(2);
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
    }
    String psql;
    try (var second = up().ready()) {
      var events =
          run("events", "tail", "--from", "earliest", "--no-follow", "--json", "--data", data());
      assertThat(events.out()).hasLineCount(1).contains("asset.updated");
      psql = Instance.require(Path.of(data())).database();
      refusesANewerDatabase(psql);
      assertThat(second.err()).doesNotContain("Exception");
    }
  }

  private void refusesANewerDatabase(String psql) throws Exception {
    var address = DatabaseAddress.parse(psql);
    try (var connection =
            DriverManager.getConnection(address.jdbcUrl(), address.user(), address.password());
        var statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO iworx_schema_history SELECT installed_rank + 1000, '9999', description, type, script, checksum, installed_by, installed_on, execution_time, success FROM iworx_schema_history ORDER BY installed_rank DESC LIMIT 1");
    }
    var other = temp.resolve("other").toString();
    try (var refused =
        Child.start(
            temp,
            "up",
            "--data",
            other,
            "--port",
            "0",
            "--console-port",
            "0",
            "--database",
            psql)) {
      assertThat(refused.exitCode()).isEqualTo(2);
      assertThat(refused.err()).contains("newer iWorX").doesNotContain("\tat ");
      assertThat(refused.out()).isEmpty();
    }
  }

  @Test
  void whatCannotStartSaysWhyInOneSentence() throws Exception {
    var config = temp.resolve("broken.yaml");
    Files.writeString(config, "routes:\n  - service: assets\n    tarrget: http://localhost:1\n");
    try (var taken = new ServerSocket(0)) {
      refuses("is taken", "--port", Integer.toString(taken.getLocalPort()));
      refuses("is taken", "--console-port", Integer.toString(taken.getLocalPort()));
    }
    refuses("broken.yaml:3", "--config", config.toString());
    refuses("cannot be reached", "--database", "postgresql://u:geheim@127.0.0.1:1/x");
  }

  private void refuses(String sentence, String... arguments) {
    try (var refused = up(arguments)) {
      assertThat(refused.exitCode()).isEqualTo(2);
      var said = refused.err().lines().filter(line -> !line.endsWith("…")).toList();
      assertThat(said).hasSize(1);
      assertThat(said.getFirst()).contains(sentence).doesNotContain("geheim");
      assertThat(refused.out()).isEmpty();
      assertThat(refused.descendants()).isEmpty();
    }
  }
}
