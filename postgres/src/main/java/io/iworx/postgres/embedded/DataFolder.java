package io.iworx.postgres.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;

/**
 * The folder of one embedded server, held by one process at a time: {@code cluster} (PostgreSQL's
 * own), {@code password}, {@code server.log} and {@code lock}.
 */
final class DataFolder implements AutoCloseable {
  private static final int PASSWORD_BYTES = 24;
  private static final long MAX_LOG_BYTES = 10L * 1024 * 1024;

  private final Path root;
  private final FileChannel channel;

  private DataFolder(Path root, FileChannel channel) {
    this.root = root;
    this.channel = channel;
  }

  /**
   * Creates the folder where it is missing and takes it.
   *
   * @throws EmbeddedPostgresException when it belongs to another user or another process has it
   */
  static DataFolder take(Path folder) {
    Path root = folder.toAbsolutePath().normalize();
    try {
      create(root);
      requireOurs(root);
      return new DataFolder(root, lock(root));
    } catch (IOException e) {
      throw new EmbeddedPostgresException(
          "The data folder " + root + " cannot be used: " + e.getMessage() + ".", e);
    }
  }

  private static void create(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      if (root.getParent() != null) {
        Files.createDirectories(root.getParent());
      }
      Files.createDirectory(
          root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  private static void requireOurs(Path root) {
    Path cluster = root.resolve("cluster");
    for (Path path : Files.exists(cluster) ? Set.of(root, cluster) : Set.of(root)) {
      if (Owner.of(path) != Owner.self() && !handedOver(root)) {
        throw Owner.foreign(path);
      }
    }
  }

  /** Root had to give it away to run PostgreSQL at all; it left a note in the folder. */
  private static boolean handedOver(Path root) {
    return Owner.self() == Owner.ROOT && Files.exists(root.resolve(HANDED_OVER));
  }

  private static final String HANDED_OVER = "handed-over-by-root";

  private static FileChannel lock(Path root) throws IOException {
    Path file = root.resolve("lock");
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        channel.truncate(0);
        String pid = Long.toString(ProcessHandle.current().pid());
        channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)));
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // This very process has it: the same answer.
    }
    channel.close();
    throw new EmbeddedPostgresException(
        "The data folder "
            + root
            + " is in use by process "
            + Files.readString(file).strip()
            + ": stop that one or choose another folder with --data.");
  }

  Path root() {
    return root;
  }

  Path cluster() {
    return root.resolve("cluster");
  }

  Path passwordFile() {
    return root.resolve("password");
  }

  /** The server's log, the last 10 MiB or so and the ones before. */
  Path log() throws IOException {
    Path log = root.resolve("server.log");
    if (Files.exists(log) && Files.size(log) > MAX_LOG_BYTES) {
      Files.move(
          log, root.resolve("server.log.1"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    return log;
  }

  void noteHandedOver() throws IOException {
    if (!Files.exists(root.resolve(HANDED_OVER))) {
      Files.createFile(root.resolve(HANDED_OVER));
    }
  }

  /** The password of the database user, made once. */
  String password() throws IOException {
    Path file = passwordFile();
    if (!Files.exists(file)) {
      if (Files.exists(cluster())) {
        throw new EmbeddedPostgresException(
            "The data folder "
                + root
                + " has lost its file 'password': put it back, or start with another folder (--data).");
      }
      byte[] random = new byte[PASSWORD_BYTES];
      new SecureRandom().nextBytes(random);
      String password = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
      Path part = root.resolve("password.part");
      Files.deleteIfExists(part);
      Files.createFile(
          part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(part, password);
      Files.move(part, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }
    return Files.readString(file).strip();
  }

  @Override
  public void close() throws IOException {
    // The file stays: deleting it would let two processes lock two files of one name.
    channel.close();
  }
}
