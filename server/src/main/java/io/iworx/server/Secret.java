package io.iworx.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The HS256 secret of an instance: the environment's {@value #VARIABLE}, else the file {@code
 * secret} in the data folder, made at the first start and kept, readable by its owner alone. Its
 * text, as UTF-8, is the key.
 */
final class Secret {
  static final String VARIABLE = "IWORX_JWT_SECRET";
  private static final String FILE = "secret";

  private Secret() {}

  /** The secret of a data folder; made when there is none yet. */
  static String ofStart(Path folder, Map<String, String> environment) {
    var given = given(environment);
    if (given != null) {
      return given;
    }
    var file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      PrivateFile.write(file, fresh());
    }
    return read(file);
  }

  /**
   * The secret of a data folder that has been started with before.
   *
   * @throws CommandException when there is none
   */
  static String ofExisting(Path folder, Map<String, String> environment) {
    var given = given(environment);
    if (given != null) {
      return given;
    }
    var file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      throw CommandException.unusable(
          "There is no secret in %s: start './iworx up' there first, name its folder with --data, or set %s."
              .formatted(folder, VARIABLE));
    }
    return read(file);
  }

  private static @Nullable String given(Map<String, String> environment) {
    var value = environment.get(VARIABLE);
    return value == null || value.isBlank() ? null : value.strip();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw CommandException.unusable(
          "The secret in %s cannot be read: it belongs to another user.".formatted(file), e);
    }
  }

  private static String fresh() {
    var bytes = new byte[Tokens.MIN_SECRET_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes) + "\n";
  }
}
