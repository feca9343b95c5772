package io.iworx.postgres.embedded;

import org.jspecify.annotations.Nullable;

/** The embedded PostgreSQL cannot start; the message is one sentence that says what to do. */
public final class EmbeddedPostgresException extends RuntimeException {
  EmbeddedPostgresException(String message) {
    super(message);
  }

  EmbeddedPostgresException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
