package io.iworx.console;

/** The console cannot start or stop; the message is a sentence that says why. */
public final class ConsoleException extends RuntimeException {
  ConsoleException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
