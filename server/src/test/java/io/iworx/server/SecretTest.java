package io.iworx.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretTest {
  @TempDir Path folder = Path.of("");

  @Test
  void isMadeOnceKeptAndReadableByItsOwnerAlone() throws IOException {
    var first = Secret.ofStart(folder, Map.of());
    assertThat(Base64.getDecoder().decode(first)).hasSize(32);
    assertThat(Secret.ofStart(folder, Map.of())).isEqualTo(first);
    assertThat(Secret.ofExisting(folder, Map.of())).isEqualTo(first);
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("secret"))))
        .isEqualTo("rw-------");
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void theEnvironmentWins() {
    var environment = Map.of(Secret.VARIABLE, " the-secret-of-an-existing-platform ");
    assertThat(Secret.ofStart(folder, environment)).isEqualTo("the-secret-of-an-existing-platform");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aFolderThatWasNeverStartedHasNone() {
    assertThatThrownBy(() -> Secret.ofExisting(folder, Map.of()))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("./iworx up");
  }

  @Test
  void shortSecretsAreRefusedInASentence() {
    assertThatThrownBy(() -> Tokens.of("short", java.time.Clock.systemUTC()))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("5 bytes")
        .hasMessageContaining("at least 32");
  }
}
