package io.iworx.console;

import java.util.Map;

/** Ends a request with a problem; thrown by whoever finds it. */
final class Refused extends RuntimeException {
  private final int status;
  private final String sentence;
  private final transient Map<String, String> members;

  private Refused(int status, String sentence, Map<String, String> members) {
    super(sentence, null, false, false);
    this.status = status;
    this.sentence = sentence;
    this.members = members;
  }

  static Refused of(int status, String sentence) {
    return new Refused(status, sentence, Map.of());
  }

  /** 400 that names the parameter or member that is wrong. */
  static Refused parameter(String name, String sentence) {
    return new Refused(400, sentence, Map.of("parameter", name));
  }

  int status() {
    return status;
  }

  String sentence() {
    return sentence;
  }

  Map<String, String> members() {
    return members;
  }
}
