package io.iworx.torture;

import org.jspecify.annotations.Nullable;

/** The harness itself cannot go on; says nothing about the event bus. */
final class TortureException extends RuntimeException {
  TortureException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
