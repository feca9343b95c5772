package io.iworx.console;

import org.jspecify.annotations.Nullable;

/**
 * One answer of the doctor.
 *
 * @param check what was looked at, in one or two words
 * @param ok whether it is as it should be
 * @param says what was found, in a sentence
 * @param advice what to do about it; null when there is nothing to do
 */
public record Finding(String check, boolean ok, String says, @Nullable String advice) {

  public static Finding good(String check, String says) {
    return new Finding(check, true, says, null);
  }

  public static Finding bad(String check, String says, String advice) {
    return new Finding(check, false, says, advice);
  }
}
