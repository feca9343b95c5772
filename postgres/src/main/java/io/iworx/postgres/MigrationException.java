package io.iworx.postgres;

import org.jspecify.annotations.Nullable;

/** The database cannot be brought to the schema this version needs; the message says why. */
public final class MigrationException extends RuntimeException {
  MigrationException(String message) {
    super(message);
  }

  MigrationException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
