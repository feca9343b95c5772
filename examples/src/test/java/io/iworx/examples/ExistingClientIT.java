package io.iworx.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.iworx.correlation.Uuid7;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The platform's existing JavaScript client, unchanged, against this gateway and these services.
 */
@ExtendWith(SharedStage.class)
class ExistingClientIT {
  private static final Path SCRIPT = Path.of("src/test/js/existing-client.mjs");

  private final Stage stage;

  ExistingClientIT(Stage stage) {
    this.stage = stage;
  }

  @Test
  void worksUnchanged() throws Exception {
    assumeTrue(hasNode(), "not offered: there is no node on the PATH");
    var builder = new ProcessBuilder("node", SCRIPT.toAbsolutePath().toString());
    var environment = builder.environment();
    var tokens = stage.platform().tokens();
    environment.put("GATEWAY_URL", stage.platform().gateway().toString());
    environment.put("ANON_KEY", tokens.anonymous(Api.TOKEN_LASTS));
    environment.put("SERVICE_ROLE_KEY", tokens.service("work-order-service", Api.TOKEN_LASTS));
    environment.put("USER_ID", "ada");
    environment.put("ORGANIZATION_ID", Uuid7.next());
    var node = builder.redirectErrorStream(true).start();
    var said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(node.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(node.exitValue()).as(said).isZero();
  }

  private static boolean hasNode() throws InterruptedException {
    try {
      return new ProcessBuilder("node", "--version").start().waitFor() == 0;
    } catch (IOException _) {
      return false;
    }
  }
}
