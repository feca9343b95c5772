package io.iworx.gateway;

import org.jspecify.annotations.Nullable;

/**
 * A configuration that cannot be used. The message is one sentence that begins with where: {@code
 * iworx.yaml:12: routes[0].target …}.
 */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String source;
  private final int line;
  private final String key;

  ConfigException(String source, int line, String key, String sentence) {
    this(source, line, key, sentence, null);
  }

  ConfigException(String source, int line, String key, String sentence, @Nullable Throwable cause) {
    super(where(source, line) + (key.isEmpty() ? "" : key + " ") + sentence, cause);
    this.source = source;
    this.line = line;
    this.key = key;
  }

  private static String where(String source, int line) {
    return line > 0 ? source + ":" + line + ": " : source + ": ";
  }

  /** The name of the file, as it was given. */
  public String source() {
    return source;
  }

  /** The line, counted from 1; 0 when the file as a whole is meant. */
  public int line() {
    return line;
  }

  /** The key, such as {@code routes[0].target}; empty when the file as a whole is meant. */
  public String key() {
    return key;
  }
}
