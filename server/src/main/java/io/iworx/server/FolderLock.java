package io.iworx.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Holds a data folder for one process; the system lets go of it when the process ends. */
final class FolderLock implements AutoCloseable {
  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Makes the folder when it is missing and takes it.
   *
   * @throws CommandException when another process has it or it belongs to another user
   */
  static FolderLock take(Path folder) {
    var file = folder.resolve("lock");
    try {
      Files.createDirectories(folder);
      var channel =
          FileChannel.open(
              file,
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
      if (locked(channel)) {
        channel.truncate(0);
        channel.write(
            ByteBuffer.wrap(
                Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
        return new FolderLock(channel);
      }
      channel.close();
      throw CommandException.unusable(
          "The data folder %s is in use by process %s; stop that one or choose another folder with --data."
              .formatted(folder, Files.readString(file).strip()));
    } catch (IOException e) {
      throw CommandException.unusable(foreign(folder), e);
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException _) {
      return false;
    }
  }

  private static String foreign(Path folder) {
    var owner = owner(folder);
    return owner == null || owner.equals(System.getProperty("user.name"))
        ? "The data folder %s cannot be written to; choose another with --data.".formatted(folder)
        : "The data folder %s belongs to user %s; choose a folder of your own with --data."
            .formatted(folder, owner);
  }

  private static @Nullable String owner(Path folder) {
    try {
      return Files.getOwner(folder).getName();
    } catch (IOException _) {
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    // The file stays: deleting it would let two processes lock two files of one name.
    channel.close();
  }
}
