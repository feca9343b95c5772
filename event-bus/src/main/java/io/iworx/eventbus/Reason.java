package io.iworx.eventbus;

import java.io.PrintWriter;
import java.io.StringWriter;

/** A failure in a few words, for a dead letter or a line of a trace. */
final class Reason {
  static final int MAX_LENGTH = 2_000;
  static final int MAX_STACK_LENGTH = 8_000;

  private Reason() {}

  /** The failure and its causes, as far as they fit, without what could not be stored. */
  static String of(Throwable failure) {
    var text = new StringBuilder();
    var depth = 0;
    for (Throwable it = failure; it != null && depth < 10; it = it.getCause(), depth++) {
      var message = it.getMessage();
      text.append(depth == 0 ? "" : "; because of ").append(it.getClass().getSimpleName());
      if (message != null && !message.isBlank()) {
        text.append(": ").append(message);
      }
    }
    return shorten(text.toString().replace('\0', '?'), MAX_LENGTH);
  }

  /** Where it failed, as far as it fits. */
  static String stack(Throwable failure) {
    var text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return shorten(text.toString().replace('\0', '?'), MAX_STACK_LENGTH);
  }

  static String shorten(String text, int maxLength) {
    if (text.length() <= maxLength) {
      return text;
    }
    var end = maxLength - 1;
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
  }
}
