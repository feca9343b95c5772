package io.iworx.gateway;

import org.jspecify.annotations.Nullable;

/** A gateway that cannot start or go on; the message says why in a sentence. */
public final class GatewayException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  GatewayException(String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
  }
}
