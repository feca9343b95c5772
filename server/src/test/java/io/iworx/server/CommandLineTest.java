package io.iworx.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the commands understand and how they refuse. */
class CommandLineTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder = Path.of("");

  private int run(String... arguments) {
    return Iworx.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  static Stream<CommandLine> commands() {
    return withSubcommands(Iworx.commandLine());
  }

  private static Stream<CommandLine> withSubcommands(CommandLine line) {
    return Stream.concat(
        Stream.of(line),
        line.getSubcommands().values().stream().flatMap(CommandLineTest::withSubcommands));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelpWithExamples(CommandLine command) {
    assertThat(command.getUsageMessage())
        .contains("Examples:", "./iworx ", "--help", "--log")
        .doesNotContain("null");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--nonsense",
        "nonsense",
        "up --nonsense",
        "up --port x",
        "up --port 70000",
        "up --console-port -1",
        "token",
        "token --user u --service s",
        "token --service s --organization o",
        "token --user u --ttl forever",
        "token --user u --ttl 0s",
        "events",
        "events publish asset.updated",
        "events publish asset.updated [1]",
        "gateway",
        "gateway --config /nowhere.yaml",
        "trace a/b",
        "--log loud up"
      })
  void misuseIsOneSentenceAndExitCodeTwo(String line) {
    assertThat(run(line.split(" "))).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).startsWith("iworx: ").doesNotContain("Exception", "\tat ");
    assertThat(err.toString().lines().count()).isBetween(1L, 2L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"trace c-1", "events tail", "subscriptions", "routes", "token --anon"})
  void withoutAnInstanceTheySaySo(String line) {
    assertThat(run((line + " --data " + folder).split(" "))).isEqualTo(2);
    assertThat(err.toString()).contains("./iworx up").hasLineCount(1);
  }

  @Test
  void theDoctorSaysThatNoInstanceRuns() {
    assertThat(run("doctor", "--data", folder.toString())).isEqualTo(2);
    assertThat(out.toString()).contains("✗ instance: No instance runs", "→ Start one");
  }

  @Test
  void aStaleInstanceFileIsNoInstance() throws Exception {
    var ended = new ProcessBuilder("true").start();
    ended.waitFor();
    Files.writeString(
        folder.resolve("instance.json"),
        """
        {"pid": %d, "startedAt": "2026-11-23T12:00:00Z", "gateway": "http://127.0.0.1:1",
         "console": "http://127.0.0.1:2", "database": "", "adminToken": "a", "jwtSecret": "s"}
        """
            .formatted(ended.pid()));
    assertThat(run("routes", "--data", folder.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("No instance runs");
  }

  @Test
  void mintsTokensWithTheFoldersSecret() throws Exception {
    Secret.ofStart(folder, Map.of());
    var data = folder.toString();
    assertThat(
            run(
                "token",
                "--user",
                "ada",
                "--organization",
                "acme",
                "--cross-project",
                "--data",
                data))
        .isZero();
    var user = SignedJWT.parse(out.toString().strip()).getJWTClaimsSet();
    assertThat(user.getSubject()).isEqualTo("ada");
    assertThat(user.getClaim("role")).isEqualTo("authenticated");
    assertThat(user.getClaim("organization_id")).isEqualTo("acme");
    assertThat(user.getClaim("cross_project_access")).isEqualTo(true);
    assertThat(
            Duration.between(user.getIssueTime().toInstant(), user.getExpirationTime().toInstant()))
        .isEqualTo(Duration.ofHours(1));

    out.getBuffer().setLength(0);
    assertThat(run("token", "--service", "asset-service", "--ttl", "2d", "--data", data)).isZero();
    var service = SignedJWT.parse(out.toString().strip()).getJWTClaimsSet();
    assertThat(service.getSubject()).isNull();
    assertThat(service.getClaim("role")).isEqualTo("service_role");
    assertThat(service.getClaim("service_name")).isEqualTo("asset-service");

    out.getBuffer().setLength(0);
    assertThat(run("token", "--anon", "--data", data)).isZero();
    var anonymous = SignedJWT.parse(out.toString().strip()).getJWTClaimsSet();
    assertThat(anonymous.getSubject()).isNull();
    assertThat(anonymous.getClaim("role")).isEqualTo("anon");
  }

  @Test
  void versionNamesTheJava() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).startsWith("iworx ").contains("Java ");
  }
}
