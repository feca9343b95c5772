package io.iworx.server;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the file {@code instance.json} in a data folder tells the commands about the instance that
 * runs on it. Only its owner can read it.
 *
 * @param pid its process
 * @param startedAt when it was ready
 * @param gateway where the gateway listens
 * @param console where the admin API listens
 * @param database the database's URL for {@code psql}
 * @param adminToken opens the admin API
 * @param jwtSecret what its tokens are signed with
 */
record Instance(
    long pid,
    Instant startedAt,
    URI gateway,
    URI console,
    String database,
    String adminToken,
    String jwtSecret) {
  private static final String FILE = "instance.json";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Writes it to the data folder, whole or not at all. */
  void write(Path folder) {
    PrivateFile.write(
        folder.resolve(FILE),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n");
  }

  /** Removes it from the data folder. */
  static void remove(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve(FILE));
  }

  /** The instance that runs on a data folder; empty when none does. */
  static Optional<Instance> find(Path folder) {
    try {
      var instance = JSON.readValue(Files.readString(folder.resolve(FILE)), Instance.class);
      return ProcessHandle.of(instance.pid()).filter(ProcessHandle::isAlive).map(_ -> instance);
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IOException e) {
      throw CommandException.unusable(
          "%s cannot be read: it belongs to another user.".formatted(folder.resolve(FILE)), e);
    } catch (JacksonException e) {
      throw CommandException.unusable(
          "%s was written by another version of iWorX; restart that instance."
              .formatted(folder.resolve(FILE)),
          e);
    }
  }

  /**
   * The instance that runs on a data folder.
   *
   * @throws CommandException when none does
   */
  static Instance require(Path folder) {
    return find(folder)
        .orElseThrow(
            () ->
                CommandException.unusable(
                    "No instance runs with the data folder %s: start one with './iworx up', or name another folder with --data."
                        .formatted(folder)));
  }

  /** Without token, secret and database URL. */
  @Override
  public String toString() {
    return "Instance[pid=%d, gateway=%s, console=%s]".formatted(pid, gateway, console);
  }
}
