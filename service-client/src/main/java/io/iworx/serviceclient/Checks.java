package io.iworx.serviceclient;

/** What options must hold. */
final class Checks {
  private Checks() {}

  static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
