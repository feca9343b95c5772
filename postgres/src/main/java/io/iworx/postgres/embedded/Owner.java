package io.iworx.postgres.embedded;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Who owns what: PostgreSQL insists on owning its data, and nobody should run on another's. */
final class Owner {
  static final long ROOT = 0;

  private Owner() {}

  /** The user id of this process. */
  static long self() {
    return new UnixSystem().getUid();
  }

  static long of(Path file) {
    try {
      return ((Integer) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS))
          .longValue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Refuses a file that belongs to another user. */
  static void requireSelf(Path file) {
    if (of(file) != self()) {
      throw foreign(file);
    }
  }

  static EmbeddedPostgresException foreign(Path file) {
    return new EmbeddedPostgresException(
        "The data folder "
            + file
            + " belongs to user "
            + name(file)
            + ", but this process runs as "
            + System.getProperty("user.name")
            + " (uid "
            + self()
            + "): run as that user or choose another folder with --data.");
  }

  private static String name(Path file) {
    try {
      return Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).getName() + " (uid " + of(file) + ")";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
